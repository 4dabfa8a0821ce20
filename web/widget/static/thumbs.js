// Whether an answer helped: a thumb up or down. Tapping it again takes it back.

import { element, icon } from "./dom.js";

/** Two buttons. `vote`: 1, -1 or 0, the thumb given earlier; `send(vote)` returns a promise that it is kept. */
export function thumbs(texts, vote, send) {
  const status = element("span", { class: "hidden-text", role: "status" });
  const up = element("button", { type: "button", class: "thumb", "aria-label": texts.helped, title: texts.helped }, icon("thumb"));
  const down = element("button", { type: "button", class: "thumb down", "aria-label": texts.didNotHelp, title: texts.didNotHelp }, icon("thumb"));
  const show = (given) => {
    vote = given;
    up.setAttribute("aria-pressed", String(given === 1));
    down.setAttribute("aria-pressed", String(given === -1));
  };
  const tap = async (tapped) => {
    const before = vote;
    const given = tapped === before ? 0 : tapped;
    show(given);
    try {
      await send(given);
      status.textContent = given ? texts.voteKept : texts.voteTakenBack;
    } catch {
      if (vote === given) show(before);
      status.textContent = texts.notKept;
    }
  };
  up.addEventListener("click", () => tap(1));
  down.addEventListener("click", () => tap(-1));
  show(vote);
  // Off, so that the log does not read the buttons aloud after every answer.
  return element("div", { class: "thumbs", role: "group", "aria-label": texts.didItHelp, "aria-live": "off" }, up, down, status);
}
