// What all inside pages share. Everything works without it, but for showing a password and copying.
const POLL_MILLISECONDS = 700;
const LOCAL = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

/** Show the times of a page, or of a part that came later, in the reader's zone. */
export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = LOCAL.format(new Date(time.dateTime));
  }
}

showLocalTimes(document);

for (const button of document.querySelectorAll("[data-show]")) {
  const field = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.firstChild.textContent = show ? "Hide" : "Show";
    field.focus();
  });
  field.form.addEventListener("submit", () => (field.type = "password")); // so that no browser keeps it as a text
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl-C"; // no clipboard without HTTPS; the text is selected
    }
  });
}

// A save button shows once there is something to save.
for (const button of document.querySelectorAll("[data-if-changed]")) {
  const field = button.form.querySelector("select");
  const first = field.value;
  const check = () => (button.hidden = field.value === first);
  field.addEventListener("change", check);
  check();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Long work: how far it is; the page of its result follows by itself.
for (const work of document.querySelectorAll("[data-work]")) {
  const bar = work.querySelector("progress");
  const words = work.querySelector("[role=status]");
  const look = async () => {
    const answer = await fetch(work.dataset.work, { headers: { Accept: "application/json" } });
    const { is_over: isOver, done, total } = answer.ok ? await answer.json() : { is_over: true };
    if (isOver) return location.reload();
    if (total) {
      bar.value = (100 * done) / total;
      words.textContent = `${done} of ${total}`;
    }
    setTimeout(look, POLL_MILLISECONDS);
  };
  setTimeout(look, POLL_MILLISECONDS);
}
