// Correcting the entities of a message: choose words by mouse, finger or keyboard, and give them a name.
import { element } from "/widget/dom.js";

/** Offsets are in characters as Python counts them (code points), in and out. */
export class EntityEditor {
  #start = -1; // the chosen words, by number; -1: none
  #end = -1;
  #changed = false;

  constructor(text, tools, names, changed) {
    this.text = text;
    this.tools = tools;
    this.names = names;
    this.changed = changed;
    this.plain = text.dataset.plain;
    this.spans = JSON.parse(text.dataset.spans).map(({ entity, start, end }) => ({
      entity,
      start: unitsOf(this.plain, start),
      end: unitsOf(this.plain, end),
    }));
    this.words = [...new Intl.Segmenter(text.lang || "en", { granularity: "word" }).segment(this.plain)]
      .filter(({ segment }) => segment.trim())
      .map(({ segment, index }) => ({ start: index, end: index + segment.length }));
    this.isOpen = false;
    text.addEventListener("click", (event) => this.isOpen && this.#pointed(event));
  }

  /** What the message has now; null while nobody changed it. */
  get value() {
    if (!this.#changed) return null;
    return this.spans.map(({ entity, start, end }) => ({
      entity,
      start: pointsOf(this.plain, start),
      end: pointsOf(this.plain, end),
    }));
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.#start = this.#end = this.isOpen ? 0 : -1;
    this.tools.hidden = !this.isOpen;
    this.text.classList.toggle("editing", this.isOpen);
    this.#draw();
    if (this.isOpen) this.text.focus();
  }

  /** Whether the key was meant for the editor. */
  key(event) {
    if (!this.isOpen || event.target.closest("select, button")) return false;
    const { key, shiftKey } = event;
    if (key === "Escape") this.toggle();
    else if (key === "ArrowRight" || key === "ArrowLeft") this.#move(key === "ArrowRight" ? 1 : -1, shiftKey);
    else if (key === "Enter") this.tools.querySelector("select")?.focus();
    else if (key === "Delete" || key === "Backspace") this.#removeChosen();
    else return false;
    return true;
  }

  #move(step, isLonger) {
    const last = this.words.length - 1;
    if (isLonger) this.#end = Math.max(this.#start, Math.min(last, this.#end + step));
    else this.#start = this.#end = Math.max(0, Math.min(last, (step > 0 ? this.#end : this.#start) + step));
    this.#draw();
  }

  #pointed(event) {
    const selection = getSelection();
    const [from, to] = selection.isCollapsed
      ? [event.target, event.target]
      : [selection.anchorNode, selection.focusNode];
    const [first, last] = [from, to].map((node) => this.#wordAt(node)).sort((a, b) => a - b);
    if (last < 0) return;
    selection.removeAllRanges();
    const isOne = first === last || first < 0;
    if (!isOne) [this.#start, this.#end] = [first, last];
    else if (this.#start < 0 || (last >= this.#start && last <= this.#end)) this.#start = this.#end = last;
    else [this.#start, this.#end] = event.detail > 1 ? [last, last] : this.#stretched(last);
    this.#draw();
  }

  /** A word beside those chosen joins them; one further away is chosen instead. */
  #stretched(word) {
    if (word === this.#end + 1) return [this.#start, word];
    if (word === this.#start - 1) return [word, this.#end];
    return [word, word];
  }

  #wordAt(node) {
    const place = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("[data-word]");
    return place && this.text.contains(place) ? Number(place.dataset.word) : -1;
  }

  #name(entity) {
    const [start, end] = [this.words[this.#start].start, this.words[this.#end].end];
    this.spans = this.spans.filter((span) => span.end <= start || span.start >= end);
    this.spans.push({ entity, start, end });
    this.spans.sort((a, b) => a.start - b.start);
    this.#note();
  }

  #removeChosen() {
    const [start, end] = [this.words[this.#start].start, this.words[this.#end].end];
    const kept = this.spans.filter((span) => span.end <= start || span.start >= end);
    if (kept.length === this.spans.length) return;
    this.spans = kept;
    this.#note();
  }

  #note() {
    this.#changed = true;
    this.changed();
    this.#draw();
    this.text.focus();
  }

  #draw() {
    this.text.replaceChildren(...(this.isOpen ? this.#asWords() : this.#asRead()));
    if (this.isOpen) this.tools.replaceChildren(...this.#toolRows());
  }

  #asRead() {
    const nodes = [];
    let from = 0;
    for (const { entity, start, end } of this.spans) {
      nodes.push(this.plain.slice(from, start), mark(this.plain.slice(start, end), entity));
      from = end;
    }
    return [...nodes, this.plain.slice(from)];
  }

  #asWords() {
    const nodes = [];
    const close = ({ node, span }) => node.append(...nameOf(this.plain.slice(span.start, span.end), span.entity));
    let from = 0;
    let open = null; // the mark being filled, with its span
    this.words.forEach(({ start, end }, number) => {
      const span = this.spans.find((one) => start >= one.start && end <= one.end);
      if (open && open.span !== span) {
        close(open);
        open = null;
      }
      const between = this.plain.slice(from, start);
      if (open) open.node.append(between);
      else nodes.push(between);
      const isChosen = number >= this.#start && number <= this.#end;
      const word = element("span", { class: isChosen ? "word chosen" : "word", "data-word": String(number), text: this.plain.slice(start, end) });
      if (span && !open) {
        open = { span, node: element("mark", { "data-entity": span.entity }) };
        nodes.push(open.node);
      }
      if (open) open.node.append(word);
      else nodes.push(word);
      from = end;
    });
    if (open) close(open);
    return [...nodes, this.plain.slice(from)];
  }

  #toolRows() {
    const rows = [];
    if (this.#start >= 0 && this.words.length) {
      const words = this.plain.slice(this.words[this.#start].start, this.words[this.#end].end);
      const held = this.spans.find((span) => span.start < this.words[this.#end].end && span.end > this.words[this.#start].start);
      const names = element("select", { "aria-label": `What is “${words}”?` }, ...this.names.map((name) => element("option", { value: name, text: name.replaceAll("_", " "), selected: name === held?.entity })));
      const give = () => this.#name(names.value);
      names.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.text.focus();
        else if (event.key === "Enter") give();
        else return;
        event.preventDefault();
      });
      const remove = held && element("button", { type: "button", class: "button bad-button", onclick: () => this.#removeChosen(), text: "Remove" });
      rows.push(element("div", { class: "row" }, element("strong", { text: `“${words}”` }), element("span", { text: "is a" }), names, element("button", { type: "button", class: "button main-button", onclick: give, text: "Name it" }), remove));
    }
    const close = element("button", { type: "button", class: "button", onclick: () => this.toggle(), text: "Done" });
    const hint = "Tap a word, or drag over several. Keys: ← → move, Shift stretches, Enter names, Delete removes, Esc ends.";
    rows.push(element("div", { class: "row" }, element("span", { class: "hint", text: hint }), close));
    return rows;
  }
}

function mark(words, entity) {
  return element("mark", { "data-entity": entity }, words, ...nameOf(words, entity));
}

/** The name as it stands behind the words; a placeholder says it itself. */
function nameOf(words, entity) {
  if (words === `[${entity}]`) return [];
  return [element("span", { class: "entity-name", text: entity.replaceAll("_", " ") })];
}

/** Python counts code points, browsers UTF-16 units. */
function unitsOf(text, points) {
  return [...text].slice(0, points).join("").length;
}

function pointsOf(text, units) {
  return [...text.slice(0, units)].length;
}
