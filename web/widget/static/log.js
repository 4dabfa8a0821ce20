// The list of messages: bubbles, cards, notes, quick replies, typing sign, and where it is scrolled to.

import { orderCard, productCards } from "./cards.js";
import { element, icon, richText, safeUrl } from "./dom.js";
import { thumbs } from "./thumbs.js";

const PAUSE_MILLISECONDS = 15 * 60 * 1000; // a longer one gets a line with the time
const NEAR_END_PIXELS = 80;
const QUIET_MILLISECONDS = 700; // a replay is over when nothing came for so long

export class Log {
  #actions;
  #settings;
  #list;
  #end;
  #typing;
  #more;
  #lastTime = 0;
  #quiet;

  /** `settings`: {texts, language, origin}; `actions`: {choose(choice), ask(text), retry(), vote(seq, vote)}. */
  constructor(settings, actions) {
    this.#settings = settings;
    this.#actions = actions;
    const { texts } = settings;
    this.#list = element("div", { class: "list", role: "log", "aria-label": texts.log, "aria-live": "polite", "aria-relevant": "additions" });
    const dots = element("span", { class: "bubble dots", "aria-hidden": "true" }, ...[1, 2, 3].map(() => element("i")));
    this.#typing = element("div", { class: "entry bot typing", hidden: true }, dots);
    this.said = element("div", { class: "hidden-text", role: "status" });
    this.#end = element("div", { class: "end" }, this.#typing, this.said);
    this.scroller = element("div", { class: "log", tabindex: "0" }, this.#list, this.#end);
    this.#more = element("button", { class: "more", type: "button", hidden: true, "aria-label": texts.newest, onclick: () => this.#toEnd("smooth") }, icon("down"), element("span", { text: texts.newMessages }));
    this.scroller.addEventListener("scroll", () => this.#offerEnd(), { passive: true });
    this.node = element("div", { class: "log-frame" }, this.scroller, this.#more);
    this.reset();
  }

  /** Empty the log and greet. */
  reset() {
    this.#list.replaceChildren();
    this.#lastTime = 0;
    this.typing(false);
    const { texts } = this.#settings;
    const suggestions = texts.suggestions.map((text) => element("button", { type: "button", text, onclick: () => this.#actions.ask(text) }));
    this.#list.append(
      element(
        "div",
        { class: "welcome" },
        element("h2", { text: texts.welcome }),
        element("p", { text: texts.welcomeMore }),
        element("div", { class: "choices", role: "group", "aria-label": texts.suggestionsLabel }, ...suggestions),
      ),
    );
  }

  /** A shopper's message on its way. */
  outgoing(message) {
    const text = message.text ?? message.title;
    const entry = this.#entry({ author: "shopper", text, kind: "text" });
    entry.dataset.client = message.client_id;
    entry.append(element("span", { class: "state", text: this.#settings.texts.sending }));
    this.#add(entry, "shopper");
    this.#toEnd();
  }

  /** Why a message was not sent: in how many seconds it will be, or a way to try again. */
  problem(message, words, canRetry) {
    const state = this.#outgoing(message.client_id)?.querySelector(".state");
    if (!state) return;
    state.classList.add("failed");
    state.setAttribute("role", "alert");
    const retry = element("button", { type: "button", text: this.#settings.texts.retry, onclick: () => this.#retry(state) });
    state.replaceChildren(words, ...(canRetry ? [" ", retry] : []));
    this.#toEnd();
  }

  /** A stored message, live or replayed. */
  message(event) {
    const earlier = event.client_id && this.#outgoing(event.client_id);
    earlier?.remove();
    this.#replaying();
    this.#timeLine(event.created_at);
    const stick = this.#nearEnd || event.author === "shopper";
    if (event.author !== "shopper") this.typing(false);
    this.#add(this.#entry(event), event.author);
    this.#moveUnsentToEnd();
    if (stick) this.#follow();
    else this.#offerEnd(true);
  }

  typing(isTyping) {
    const stick = this.#nearEnd;
    this.#typing.hidden = !isTyping;
    this.said.textContent = isTyping ? this.#settings.texts.typing : "";
    if (isTyping && stick) this.#follow();
  }

  /** The panel was opened, and what came while it was closed had no height to scroll by; or it has less room now. */
  shown() {
    this.#follow();
  }

  /** A line from the widget itself. */
  note(text) {
    this.#add(element("div", { class: "note", text }), "system");
    this.#toEnd();
  }

  #entry(event) {
    const { texts } = this.#settings;
    const { author, kind, text } = event;
    if (kind === "status") return element("div", { class: "note", dir: "auto" }, ...richText(text));
    const entry = element("div", { class: `entry ${author}` });
    entry.append(element("span", { class: author === "agent" ? "who" : "hidden-text", text: `${texts.authors[author] ?? ""}: ` }));
    if (text) entry.append(element("div", { class: "bubble", dir: "auto" }, ...richText(text), this.#link(event.link)));
    if (kind === "product_cards" && event.products?.length) entry.append(productCards(event.products, this.#settings));
    if (kind === "order_card" && event.order) entry.append(orderCard(event.order, this.#settings));
    if (event.rateable) entry.append(thumbs(texts, event.vote ?? 0, (vote) => this.#actions.vote(event.seq, vote)));
    if (event.choices?.length) entry.append(this.#choices(event.choices));
    return entry;
  }

  /** Where the whole text stands that an answer quotes. */
  #link(target) {
    const href = target && safeUrl(target.url, this.#settings.origin);
    return href ? element("a", { class: "source", href, target: "_blank", rel: "noopener", text: target.title }) : "";
  }

  #choices(choices) {
    const buttons = choices.map((choice) => element("button", { type: "button", dir: "auto", text: choice.title, onclick: () => this.#actions.choose(choice) }));
    return element("div", { class: "choices", role: "group", "aria-label": this.#settings.texts.choicesLabel }, ...buttons);
  }

  #add(entry, author) {
    if (author === "shopper") for (const old of this.#list.querySelectorAll(".choices")) old.remove();
    this.#list.append(entry);
  }

  #outgoing(clientId) {
    return [...this.#list.children].find((entry) => entry.dataset.client === clientId);
  }

  #moveUnsentToEnd() {
    for (const entry of this.#list.querySelectorAll("[data-client]")) this.#list.append(entry);
  }

  #retry(state) {
    state.classList.remove("failed");
    state.textContent = this.#settings.texts.sending;
    this.#actions.retry();
  }

  #timeLine(iso) {
    const time = Date.parse(iso);
    if (time - this.#lastTime > PAUSE_MILLISECONDS) {
      const today = new Date(time).toDateString() === new Date().toDateString();
      const format = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
      const text = new Intl.DateTimeFormat(this.#settings.language, format).format(time);
      this.#list.append(element("time", { class: "time", datetime: iso, text }));
    }
    this.#lastTime = Math.max(time, this.#lastTime);
  }

  /** A screen reader should not read a whole replay aloud. */
  #replaying() {
    if (this.#quiet === null) return;
    this.#list.setAttribute("aria-live", "off");
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = null;
      this.#list.setAttribute("aria-live", "polite");
    }, QUIET_MILLISECONDS);
  }

  /** Show the newest, but never scroll the question that it answers out of sight. */
  #follow() {
    const questions = this.#list.querySelectorAll(".entry.shopper");
    const question = questions[questions.length - 1];
    const bottom = this.scroller.scrollHeight - this.scroller.clientHeight;
    this.scroller.scrollTop = question ? Math.min(bottom, Math.max(question.offsetTop - 12, 0)) : bottom;
    this.#offerEnd();
  }

  /** A button down to the newest, when that is out of sight. */
  #offerEnd(isNew = false) {
    this.#more.hidden = this.#nearEnd;
    this.#more.classList.toggle("new", isNew);
  }

  #toEnd(behavior = "auto") {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }

  get #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PIXELS;
  }
}
