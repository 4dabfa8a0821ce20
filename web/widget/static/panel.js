// The widget's frame: launcher, header, notices, composer; opening, closing, focus.

import { element, icon } from "./dom.js";

const MOST_CHARACTERS = 2000;
const COUNT_FROM = 1800;
const PHONE = "(max-width: 520px)";

export class Panel {
  #texts;
  #actions;
  #unread = 0;

  /** `actions`: {send(text), restart(), opened(), closed()}. */
  constructor(texts, title, logNode, actions) {
    this.#texts = texts;
    this.#actions = actions;
    this.#buildLauncher();
    this.#buildComposer();
    this.notice = element("div", { class: "notice", role: "status", hidden: true });
    this.confirm = this.#confirmation();
    this.node = element(
      "div",
      { class: "panel", role: "dialog", tabindex: "-1", "aria-label": title, hidden: true, onkeydown: (event) => this.#keys(event) },
      this.#header(title),
      this.confirm,
      logNode,
      this.notice,
      this.form,
    );
    matchMedia(PHONE).addEventListener("change", () => this.#modality());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  open() {
    if (this.isOpen) return;
    this.node.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.classList.add("opened");
    this.unread(0);
    this.#modality();
    this.focus();
    this.#actions.opened();
  }

  /** To the input; on a touch screen to the panel, so that no keyboard covers what is offered. */
  focus() {
    (matchMedia("(pointer: coarse)").matches ? this.node : this.input).focus({ preventScroll: true });
  }

  close() {
    if (!this.isOpen) return;
    this.node.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.classList.remove("opened");
    this.#modality();
    this.launcher.focus({ preventScroll: true });
    this.#actions.closed();
  }

  /** Put something above the input, or beside the launcher while the panel is closed. */
  place(node, floats) {
    (floats ? this.launcher : this.form).before(node);
  }

  /** How many messages came while the panel was closed. */
  unread(count = this.#unread + 1) {
    this.#unread = count;
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    this.launcher.setAttribute("aria-label", count ? this.#texts.launcherUnread(count) : this.#texts.launcher);
  }

  notify(text) {
    this.notice.hidden = !text;
    this.notice.textContent = text ?? "";
  }

  #buildLauncher() {
    this.badge = element("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    const toggle = () => (this.isOpen ? this.close() : this.open());
    this.launcher = element(
      "button",
      { class: "launcher", type: "button", "aria-expanded": "false", "aria-label": this.#texts.launcher, onclick: toggle },
      icon("chat"),
      icon("close"),
      this.badge,
    );
  }

  #buildComposer() {
    const texts = this.#texts;
    this.input = element("textarea", {
      rows: "1",
      dir: "auto",
      "aria-label": texts.placeholder,
      placeholder: texts.placeholder,
      enterkeyhint: "send",
      autocomplete: "off",
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#enter(event),
    });
    this.counter = element("span", { class: "counter", role: "status", hidden: true });
    this.sendButton = element("button", { class: "send", type: "submit", "aria-label": texts.send, disabled: true }, icon("send"));
    this.form = element("form", { class: "composer", onsubmit: (event) => this.#submit(event) }, this.input, this.counter, this.sendButton);
  }

  #header(title) {
    const { close, restart, title: name } = this.#texts;
    const button = (look, label, onclick) => element("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick }, icon(look));
    const ask = () => this.#ask(true);
    return element(
      "header",
      { class: "head" },
      element("span", { class: "mark", "aria-hidden": "true" }, icon("chat")),
      element("div", { class: "titles" }, element("h1", { text: title, dir: "auto" }), title === name ? null : element("p", { text: name })),
      button("restart", restart, ask),
      button("close", close, () => this.close()),
    );
  }

  #confirmation() {
    const { restartQuestion, restartYes, restartNo } = this.#texts;
    const yes = () => {
      this.#ask(false);
      this.#actions.restart();
    };
    return element(
      "div",
      { class: "confirm", role: "alertdialog", "aria-label": restartQuestion, hidden: true },
      element("p", { text: restartQuestion }),
      element("button", { type: "button", class: "yes", text: restartYes, onclick: yes }),
      element("button", { type: "button", class: "no", text: restartNo, onclick: () => this.#ask(false) }),
    );
  }

  #ask(shown) {
    this.confirm.hidden = !shown;
    if (shown) this.confirm.querySelector(".no").focus();
    else this.focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text || text.length > MOST_CHARACTERS) return;
    this.input.value = "";
    this.#typed();
    this.#actions.send(text);
    this.input.focus();
  }

  #typed() {
    const { value } = this.input;
    const over = value.length - MOST_CHARACTERS;
    this.sendButton.disabled = !value.trim() || over > 0;
    this.counter.hidden = value.length < COUNT_FROM;
    this.counter.textContent = over > 0 ? this.#texts.tooLong(over) : `${value.length} / ${MOST_CHARACTERS}`;
    this.counter.classList.toggle("over", over > 0);
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
  }

  #enter(event) {
    // While a Chinese input method composes, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #keys(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.confirm.hidden) this.close();
      else this.#ask(false);
    }
    if (event.key === "Tab" && matchMedia(PHONE).matches) this.#keepFocus(event);
  }

  /** On a phone the panel covers the page, so focus stays within. */
  #keepFocus(event) {
    const reachable = [...this.node.querySelectorAll("a[href], button, textarea, summary, [tabindex='0']")];
    const shown = reachable.filter((node) => !node.disabled && node.tabIndex >= 0 && node.checkVisibility());
    const edge = event.shiftKey ? shown[0] : shown[shown.length - 1];
    if (this.node.getRootNode().activeElement !== edge) return;
    event.preventDefault();
    shown[event.shiftKey ? shown.length - 1 : 0].focus();
  }

  #modality() {
    const covers = this.isOpen && matchMedia(PHONE).matches;
    this.node.setAttribute("aria-modal", String(covers));
    this.node.getRootNode().host?.toggleAttribute("data-covers", covers);
    document.documentElement.style.overflow = covers ? "hidden" : "";
  }
}
