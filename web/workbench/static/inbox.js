// The inbox by keyboard, mouse and finger: a label takes one key, the next message is there at once, and what the
// server could not take yet waits in the browser. Without this script the page's form does the same, a page at a time.
import { part } from "/static/staff/asking.js";
import { showLocalTimes } from "/static/staff/inside.js";
import { EntityEditor } from "./entities.js";
import { Outbox } from "./outbox.js";
import { makePicker } from "./picker.js";

const AHEAD = 3; // messages that are asked for before they are needed
const TOAST_MILLISECONDS = 6000;

const inbox = document.querySelector("[data-inbox]");
const filters = document.querySelector("[data-filters]");

if (filters) {
  filters.querySelector("[data-filter-button]").hidden = true;
  filters.addEventListener("change", () => filters.requestSubmit());
  // Fields that narrow nothing need not stand in the address.
  filters.addEventListener("submit", () => {
    for (const field of filters.elements) field.disabled = field.name && !field.value;
  });
}
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), 2000);
if (inbox) begin();

function begin() {
  const hand = inbox.querySelector("[data-hand]");
  const queue = inbox.querySelector("[data-queue]");
  const outboxNote = document.querySelector("[data-outbox]");
  const toast = document.querySelector("[data-toast]");
  const announced = document.querySelector("[data-announced]");
  const { query } = inbox.dataset;
  const state = new URLSearchParams(query).get("state") ?? "open";
  const staysInList = state === "labelled" || state === "all";
  const parts = new Map(); // message id -> promise of the part that shows it
  const taken = []; // what was labelled here, the last at the end
  let item = queue.querySelector("[aria-current]");
  let editor = null;

  const openPicker = makePicker(document.getElementById("picker"), (intent) => give(intent));
  const outbox = new Outbox(`aisle-labels-${inbox.dataset.me}`, showWaiting, showRefused);

  // What waits, and what was refused

  function showWaiting(count, words) {
    outboxNote.hidden = !count || !words;
    if (outboxNote.hidden) return;
    const labels = count === 1 ? "1 label waits" : `${count} labels wait`;
    outboxNote.replaceChildren(`${words} ${labels} in this browser; nothing is lost.`, button("Try now", () => outbox.send()));
  }

  function showRefused(entry, words) {
    outboxNote.hidden = false;
    const link = document.createElement("a");
    link.href = `/workbench?state=all&at=${entry.message}`;
    link.className = "button";
    link.textContent = "Look at it again";
    outboxNote.replaceChildren(`Not saved: ${words}`, link);
  }

  function say(words) {
    toast.textContent = words;
    toast.hidden = false;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => (toast.hidden = true), TOAST_MILLISECONDS);
  }

  // Moving

  function idsOf(one) {
    return one.dataset.item.split(",");
  }

  function fetchPart(id) {
    if (!parts.has(id)) {
      const asked = part(`/workbench/messages/${id}?${query}`);
      asked.catch(() => parts.delete(id));
      parts.set(id, asked);
    }
    return parts.get(id);
  }

  async function open(next) {
    item?.removeAttribute("aria-current");
    item = next;
    item.setAttribute("aria-current", "true");
    item.scrollIntoView({ block: "nearest" });
    const [id] = idsOf(item);
    history.replaceState(null, "", `/workbench?${query}${query && "&"}at=${id}`);
    hand.setAttribute("aria-busy", "true");
    hand.querySelector("form")?.setAttribute("data-sent", "");
    const hadFocus = hand.contains(document.activeElement);
    try {
      const html = await fetchPart(id);
      if (item !== next || idsOf(item)[0] !== id) return;
      hand.innerHTML = html;
    } catch (error) {
      if (item !== next) return;
      const place = document.createElement("p");
      place.className = "note bad";
      place.role = "alert";
      place.append(`${error.message} `, button("Try again", () => open(next)));
      hand.replaceChildren(place);
    }
    hand.removeAttribute("aria-busy");
    prepare();
    const text = hand.querySelector("[data-plain]");
    announced.textContent = text?.dataset.plain ?? "";
    if (hadFocus) text?.focus({ preventScroll: true }); // the button that had it is gone
    lookAhead();
  }

  function lookAhead() {
    let next = item?.parentElement;
    for (let step = 0; step < AHEAD && next; step += 1) {
      next = next.nextElementSibling;
      if (next) fetchPart(idsOf(next.firstElementChild)[0]).catch(() => {});
    }
  }

  function move(step) {
    const there = [...queue.querySelectorAll("[data-item]")];
    const next = there[there.indexOf(item) + step] ?? (item ? null : there[0]);
    if (next) open(next);
  }

  /** Make the part in hand live. */
  function prepare() {
    const form = hand.querySelector("form");
    if (!form) return;
    showLocalTimes(hand);
    for (const one of form.querySelectorAll("[data-open], [data-undo], [data-edit-entities], [data-step]")) one.hidden = false;
    const whole = form.querySelector("[data-whole]");
    editor = new EntityEditor(form.querySelector("[data-plain]"), form.querySelector("[data-entity-tools]"), inbox.dataset.entities.split(","), () => {
      if (!whole) return;
      whole.checked = false; // entities stand at places of this text
      whole.disabled = true;
    });
  }

  // Labelling

  function give(choice, named = "") {
    const form = hand.querySelector("form");
    if (!form || form.hasAttribute("data-sent")) return;
    form.setAttribute("data-sent", "");
    const fields = new FormData(form);
    for (const name of ["csrf_token", "intent", "new_intent"]) fields.delete(name);
    fields.set("choice", choice);
    if (choice === "*new_intent") fields.set("new_intent", named);
    const entities = editor?.value;
    if (entities) fields.set("entities", JSON.stringify(entities));
    const ids = [form.dataset.message, ...(fields.get("whole") ? fields.getAll("other") : [])];
    outbox.add({ path: "/workbench/label", message: form.dataset.message, fields: [...fields] });
    say(`${wordsOf(choice, named)}${ids.length > 1 ? ` (${ids.length} messages)` : ""}`);
    ids.forEach((id) => parts.delete(id));
    goOn(ids);
  }

  /** Leave what was labelled, and show the next. */
  function goOn(ids) {
    if (!item) return goOnFromElsewhere();
    const left = idsOf(item).filter((id) => !ids.includes(id));
    const row = item.parentElement;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    taken.push({ row, before: row.nextElementSibling, ids: item.dataset.item, isGone: !staysInList && !left.length, html: item.innerHTML });
    if (staysInList) return next && row.nextElementSibling ? open(next.firstElementChild) : open(item);
    if (left.length) {
      const text = hand.querySelector(`input[name=other][value="${left[0]}"]`)?.nextElementSibling?.textContent;
      item.dataset.item = left.join(",");
      if (text) item.querySelector(".item-text").textContent = text;
      const size = item.querySelector("[data-size]");
      if (size) size.textContent = left.length > 1 ? `${left.length} alike` : "";
      return open(item);
    }
    row.remove();
    count(-1);
    item = null;
    if (next) return open(next.firstElementChild);
    return turnPage();
  }

  function goOnFromElsewhere() {
    const first = queue.querySelector("[data-item]");
    return first ? open(first) : turnPage();
  }

  /** Nothing of this page is left: go to the next, once the server has all labels. */
  async function turnPage() {
    hand.replaceChildren();
    if (await outbox.send()) location.assign(`/workbench?${new URLSearchParams([...new URLSearchParams(query)].filter(([name]) => name !== "page"))}`);
    else setTimeout(turnPage, 2000);
  }

  function count(step) {
    const left = inbox.querySelector("[data-left]");
    const number = Number(left.textContent.replaceAll(/\D/g, "")) + step;
    left.textContent = number.toLocaleString("en");
  }

  async function undo() {
    const last = taken.pop();
    if (!outbox.takeBack()) {
      if (!(await outbox.send())) {
        if (last) taken.push(last);
        return say("The server does not answer; try again in a moment.");
      }
      let undone;
      try {
        undone = await askUndo();
      } catch (error) {
        if (last) taken.push(last);
        return say(error.message);
      }
      if (!undone.messages.length) return say("There is nothing left to take back.");
      if (!last) return location.assign(`/workbench?${query}${query && "&"}at=${undone.messages[0]}&done=undone`);
    }
    if (!last) return;
    last.row.firstElementChild.dataset.item = last.ids;
    last.row.firstElementChild.innerHTML = last.html;
    if (last.isGone) {
      if (last.before?.parentElement === queue) last.before.before(last.row);
      else queue.append(last.row);
      count(1);
    }
    last.ids.split(",").forEach((id) => parts.delete(id));
    say("Taken back.");
    open(last.row.firstElementChild);
  }

  async function askUndo() {
    const token = document.querySelector("input[name=csrf_token]").value;
    const headers = { Accept: "application/json", "X-CSRF-Token": token };
    const answer = await fetch("/workbench/undo", { method: "POST", headers });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    return told;
  }

  // Mouse and finger

  hand.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "choice") give(event.submitter.value);
  });
  hand.addEventListener("click", (event) => {
    const pressed = event.target.closest("button[type=button]");
    const act =
      { picker: openPicker, "new-intent": askName }[pressed?.dataset.open] ??
      (pressed?.hasAttribute("data-undo") ? undo : null);
    if (pressed?.hasAttribute("data-edit-entities")) editor.toggle();
    if (pressed?.dataset.step) move(Number(pressed.dataset.step));
    if (!act) return;
    event.preventDefault(); // the shared script would open the dialog as it is
    act();
  });
  queue.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-item]");
    if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(chosen).then(() => innerWidth < 720 && hand.scrollIntoView());
  });
  document.querySelector("[data-no-pick] button").addEventListener("click", (event) => {
    event.preventDefault();
    const typed = document.querySelector("[data-pick]").value;
    document.getElementById("picker").close();
    askName(typed);
  });

  // A new intent

  const naming = document.getElementById("new-intent");
  const nameField = naming.querySelector("input");
  naming.querySelector("[data-new-intent]").addEventListener("submit", () => {
    const name = nameField.value.trim().toLowerCase().replaceAll(/[\s-]+/g, "_");
    if (name) give("*new_intent", name);
  });
  function askName(typed = "") {
    nameField.value = typed;
    naming.showModal();
    nameField.select();
  }

  // Keys

  const keys = {
    "/": openPicker,
    i: openPicker,
    n: () => askName(),
    o: () => give("*out_of_scope"),
    s: () => give("*skipped"),
    u: undo,
    j: () => move(1),
    k: () => move(-1),
    g: () => hand.querySelector("[data-whole]")?.click(),
    m: nextSentiment,
    e: () => editor?.toggle(),
    "?": () => document.getElementById("help").showModal(),
    Enter: () => hand.querySelector("[data-key='1']")?.click(),
  };

  function nextSentiment() {
    const choices = [...hand.querySelectorAll("input[name=sentiment]")];
    const next = choices.findIndex((one) => one.checked) + 1;
    choices.forEach((one, place) => (one.checked = place === next));
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.closest("input:not([type=radio], [type=checkbox]), select, textarea")) return;
    if (editor?.key(event)) return event.preventDefault();
    if (key === "Enter" && target.closest("a, button, summary, [type=radio], [type=checkbox]")) return;
    const name = key.length === 1 ? key.toLowerCase() : key;
    if (event.repeat && name !== "j" && name !== "k") return;
    const act = keys[name] ?? (/^[1-5]$/.test(name) && (() => hand.querySelector(`[data-key="${name}"]`)?.click()));
    if (!act) return;
    event.preventDefault();
    act();
  });

  prepare();
  lookAhead();
}

function button(words, onclick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = words;
  made.addEventListener("click", onclick);
  return made;
}

function wordsOf(choice, named) {
  if (choice === "*skipped") return "Skipped";
  if (choice === "*out_of_scope") return "Labelled: out of scope";
  return `Labelled: ${(choice === "*new_intent" ? named : choice).replaceAll("_", " ")}`;
}
