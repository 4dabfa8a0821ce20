// How content the shopper was: asked once, when the conversation has come to rest, and never in the way.

import { element, icon } from "./dom.js";

const SCORES = [1, 2, 3, 4, 5];
const ANSWERS_BEFORE_CLOSING = 2; // fewer are no conversation to judge
const MOST_CHARACTERS = 500;
const THANKS_MILLISECONDS = 4000;

export class Survey {
  #texts;
  #actions;
  #answers = 0;
  #withPerson = false;
  #thanks;

  /** `actions`: {place(node, floats), wasAsked(), asked(), grown(), rate(score, comment), left()}. */
  constructor(texts, actions) {
    this.#texts = texts;
    this.#actions = actions;
    this.node = this.#build();
  }

  /** A message, live or replayed: a farewell and a colleague who hands back end a conversation. */
  message(event, isLive) {
    if (event.rateable || event.author === "agent") this.#answers += 1;
    if (event.kind === "status") this.#withPerson = event.status !== "bot";
    const over = event.farewell ? this.#answers > 0 : event.event === "handover_returned";
    if (isLive && over) this.#ask(false);
  }

  /** The shopper closed the panel. */
  closed() {
    this.hide();
    if (this.#answers >= ANSWERS_BEFORE_CLOSING && !this.#withPerson) this.#ask(true);
  }

  /** The conversation goes on, or the panel is open again. */
  hide() {
    clearTimeout(this.#thanks);
    this.node.hidden = true;
  }

  reset() {
    this.hide();
    this.#answers = 0;
    this.#withPerson = false;
  }

  #ask(floats) {
    if (this.#actions.wasAsked()) return;
    this.#actions.asked();
    this.form.reset();
    this.form.hidden = false;
    this.more.hidden = true;
    this.problem.textContent = "";
    this.node.classList.toggle("floating", floats);
    this.#actions.place(this.node, floats);
    this.node.hidden = false;
    this.question.textContent = this.#texts.howContent; // filled only now, so that it is read aloud
    this.#actions.grown();
  }

  async #rate(isFinished) {
    const score = Number(new FormData(this.form).get("score"));
    if (!score) return;
    this.more.hidden = false;
    this.problem.textContent = "";
    this.#actions.grown();
    try {
      await this.#actions.rate(score, this.comment.value.trim());
      if (isFinished) this.#thank();
    } catch {
      this.problem.textContent = this.#texts.notKept;
    }
  }

  #thank() {
    const hadFocus = this.node.contains(this.node.getRootNode().activeElement);
    this.form.hidden = true;
    this.question.textContent = this.#texts.thanksForRating;
    this.#thanks = setTimeout(() => this.hide(), THANKS_MILLISECONDS);
    if (hadFocus) this.#actions.left();
  }

  #dismiss() {
    this.hide();
    this.#actions.left();
  }

  #build() {
    const texts = this.#texts;
    this.question = element("p", { class: "survey-question", id: "survey-question", role: "status" });
    const close = element("button", { type: "button", class: "tool", "aria-label": texts.noRating, title: texts.noRating, onclick: () => this.#dismiss() }, icon("close"));
    this.comment = element("textarea", { rows: "2", dir: "auto", maxlength: MOST_CHARACTERS, "aria-label": texts.whyRating, placeholder: texts.whyRating });
    this.more = element("div", { class: "survey-more", hidden: true }, this.comment, element("button", { type: "submit", class: "survey-send", text: texts.sendRating }));
    this.problem = element("p", { class: "survey-problem", role: "alert" });
    const scores = SCORES.map((score) =>
      element("label", { class: "star", title: texts.scores[score - 1] }, element("input", { type: "radio", name: "score", value: score, "aria-label": texts.scores[score - 1] }), icon("star")),
    );
    this.form = element(
      "form",
      { onsubmit: (event) => (event.preventDefault(), this.#rate(true)), onchange: (event) => event.target.name === "score" && this.#rate(false) },
      element("div", { class: "stars-row", role: "radiogroup", "aria-labelledby": "survey-question" }, ...scores),
      this.more,
      this.problem,
    );
    const keys = (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.#dismiss();
    };
    return element("section", { class: "survey", "aria-label": texts.ratingLabel, hidden: true, onkeydown: keys }, this.question, close, this.form);
  }
}
