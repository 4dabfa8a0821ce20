// Choosing from all intents by a few letters of the name, or words of the sentence beside it.

/** Makes the dialog work; gives a function that opens it. `choose(intent)` is called with what was taken. */
export function makePicker(dialog, choose) {
  const field = dialog.querySelector("[data-pick]");
  const list = dialog.querySelector("[role=listbox]");
  const nothing = dialog.querySelector("[data-no-pick]");
  const options = [...list.children];
  let chosen = null;

  const mark = (option) => {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option;
    chosen?.setAttribute("aria-selected", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen?.id ?? "");
  };
  const filter = () => {
    const ranked = options
      .map((option) => [likeness(field.value, option.dataset.intent, option.textContent), option])
      .sort(([a], [b]) => b - a);
    for (const [score, option] of ranked) {
      option.hidden = score <= 0;
      list.append(option);
    }
    const shown = ranked.filter(([score]) => score > 0);
    nothing.hidden = shown.length > 0;
    mark(shown[0]?.[1] ?? null);
  };
  const take = (option) => {
    dialog.close();
    if (option) choose(option.dataset.intent);
  };

  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    const shown = [...list.children].filter((option) => !option.hidden);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(shown[(shown.indexOf(chosen) + step + shown.length) % shown.length] ?? null);
    else if (event.key === "Enter" && chosen) take(chosen);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => take(event.target.closest("[data-intent]")));
  return () => {
    field.value = "";
    options.sort((a, b) => a.dataset.intent.localeCompare(b.dataset.intent));
    filter();
    dialog.showModal();
    field.focus();
  };
}

/** How well the letters fit, 0 for not at all: a part of the name, then of the sentence, then the name's letters in order. */
export function likeness(typed, intent, sentence) {
  const wanted = typed.trim().toLowerCase().replaceAll("_", " ");
  const name = intent.replaceAll("_", " ");
  if (!wanted) return 1;
  if (name.startsWith(wanted)) return 5;
  if (name.includes(` ${wanted}`)) return 4;
  const told = `${name} ${sentence.toLowerCase()}`;
  if (wanted.split(/\s+/).every((word) => told.includes(word))) return name.includes(wanted) ? 3 : 2;
  let at = 0;
  for (const letter of wanted.replaceAll(" ", "")) {
    at = name.indexOf(letter, at) + 1;
    if (!at) return 0;
  }
  return 1;
}
