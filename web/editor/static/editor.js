// What makes the editor live: preview while typing, asking the bot, and care that no text is lost.
// Every page works without it. What comes from the server as a part of a page is made by its templates.
import { complain, freshToken, part } from "/static/staff/asking.js";
import { element, richText } from "/widget/dom.js";

const TYPING_MILLISECONDS = 350;
const article = document.querySelector("form[data-article]");

/** Show replies in the widget's own looks. */
function drawReplies(root) {
  for (const reply of root.querySelectorAll("[data-reply]:not(.drawn)")) {
    const text = reply.textContent;
    const bubble = element("div", { class: "bubble", dir: "auto" }, ...richText(text));
    bubble.append(element("span", { class: "source", text: reply.dataset.title }));
    const shadow = reply.attachShadow({ mode: "open" });
    const looks = element("link", { rel: "stylesheet", href: "/widget/widget.css" });
    shadow.append(looks, element("div", { class: "entry bot" }, bubble));
    reply.classList.add("drawn");
  }
}

function fill(place, html) {
  place.innerHTML = html;
  drawReplies(place);
}

drawReplies(document);
// On a phone the row of tabs is wider than the screen.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const preview = document.querySelector("[data-preview]");
if (article && preview) {
  let timer;
  let running;
  article.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      running?.abort();
      running = new AbortController();
      const { signal } = running;
      try {
        const html = await part("/editor/try/preview", new FormData(article), signal);
        const open = [...preview.querySelectorAll("details")].map((one) => one.open);
        fill(preview, html);
        preview.querySelectorAll("details").forEach((one, place) => (one.open = open[place] ?? false));
      } catch (error) {
        if (!signal.aborted) complain(preview, error.message);
      }
    }, TYPING_MILLISECONDS);
  });
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  const place = form.parentElement.querySelector("[data-answer]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = article?.elements.title.value && article.elements.body.value ? new FormData(article) : new FormData();
    for (const [name, value] of new FormData(form)) if (value || !fields.has(name)) fields.set(name, value);
    fields.set("part", "1");
    place.setAttribute("aria-busy", "true");
    try {
      fill(place, await part("/editor/try/ask", fields));
    } catch (error) {
      complain(place, error.message);
    }
    place.removeAttribute("aria-busy");
  });
}

let unsaved = article?.hasAttribute("data-unsaved") ?? false;
if (article?.querySelector("button[name=action]")) {
  const state = article.querySelector("[data-state]");
  article.addEventListener("input", () => {
    unsaved = true;
    if (state) state.textContent = "Not saved yet";
  });
  // A page that ended the session would have nothing of what was typed; so ask before sending it.
  article.addEventListener("submit", async (event) => {
    const { submitter } = event;
    event.preventDefault();
    const token = await freshToken().catch(() => undefined);
    if (token) {
      unsaved = false;
      const chosen = element("input", { type: "hidden", name: "action", value: submitter?.value ?? "save" });
      article.append(chosen);
      article.submit();
      return;
    }
    const words = token === null ? "You are not signed in any more. Sign in in another tab, then save again; your text stays here." : "The server does not answer. Your text stays here; try again in a moment.";
    article.querySelector("[data-problem]")?.remove();
    article.querySelector(".actions").before(element("p", { class: "note bad", role: "alert", "data-problem": "", text: words }));
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
    event.preventDefault();
    article.requestSubmit(article.querySelector("button[value=save]"));
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}

/** Whether a field holds something else than the page came with. */
function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return !([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.selected;
  return field.type !== "hidden" && field.defaultValue !== undefined && field.value !== field.defaultValue;
}

// What was typed before this script ran, or came back with the browser's Back, counts as typed now.
if (article && [...article.elements].some(isChanged)) article.dispatchEvent(new Event("input"));
