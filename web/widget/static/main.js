// Puts the widget on the page and joins its parts. Loaded by widget.js.

import { Api } from "./api.js";
import { Chat } from "./chat.js";
import { element } from "./dom.js";
import { Log } from "./log.js";
import { Panel } from "./panel.js";
import { Survey } from "./survey.js";
import { ConversationStorage, customerOf } from "./storage.js";
import { languageOf, textsFor } from "./texts.js";

const RECONNECT_NOTICE_MILLISECONDS = 2500; // shorter breaks pass unnoticed

/** `options`: the script tag's origin and data attributes. Returns {open(question), close()}. */
export function mount(options) {
  const language = languageOf(options.language || document.documentElement.lang || navigator.language);
  const texts = textsFor(language);
  const storage = new ConversationStorage(options.origin, customerOf(options.customerToken));
  const chatOptions = { customerToken: options.customerToken, language };
  const settings = { texts, language, origin: options.origin };

  const log = new Log(settings, {
    choose(choice) {
      panel.focus(); // the tapped button goes
      chat.choose(choice);
    },
    ask(text) {
      panel.focus();
      chat.sendText(text);
    },
    retry: () => chat.retry(),
    vote: (seq, vote) => chat.vote(seq, vote),
  });
  const survey = new Survey(texts, {
    place: (node, floats) => panel.place(node, floats),
    grown: () => log.shown(),
    wasAsked: () => chat.wasRatingAsked,
    asked: () => chat.ratingAsked(),
    rate: (score, comment) => chat.rate(score, comment),
    left: () => (panel.isOpen ? panel : panel.launcher).focus(),
  });
  const panel = new Panel(texts, options.title || texts.title, log.node, {
    send: (text) => chat.sendText(text),
    restart: () => chat.restart(),
    opened() {
      survey.hide();
      log.shown();
    },
    closed: () => survey.closed(),
  });
  const chat = new Chat(new Api(options.origin), storage, chatOptions, viewOf({ log, panel, survey, texts }));

  attach(options, language, [panel.launcher, panel.node]).then(() => chat.start());
  return {
    open(question) {
      panel.open();
      if (question) chat.sendText(String(question));
    },
    close: () => panel.close(),
  };
}

/** What the conversation tells, on the screen. */
function viewOf({ log, panel, survey, texts }) {
  let notice;
  const startedAt = new Date().toISOString();
  return {
    reset(reason) {
      log.reset();
      survey.reset();
      panel.unread(0);
      if (reason === "expired") log.note(texts.expired);
    },
    outgoing(message) {
      survey.hide();
      log.outgoing(message);
    },
    message(event, isLive) {
      log.message(event);
      survey.message(event, isLive);
      if (!panel.isOpen && event.author !== "shopper" && event.created_at > startedAt) panel.unread();
    },
    typing: (isTyping) => log.typing(isTyping),
    problem(message, error, waitSeconds) {
      if (error.code === "bad_customer_token") log.problem(message, texts.signInExpired, false);
      else if (waitSeconds) log.problem(message, texts.waitSeconds(waitSeconds), false);
      else log.problem(message, error.passing ? texts.unsent : error.message, error.passing);
    },
    connection(state) {
      clearTimeout(notice);
      if (state === "online") panel.notify(null);
      if (state === "offline") panel.notify(texts.offline);
      if (state === "connecting") notice = setTimeout(() => panel.notify(texts.reconnecting), RECONNECT_NOTICE_MILLISECONDS);
    },
  };
}

/** Into a shadow root at the end of the page, so that neither's styles touch the other's; shown once styled. */
async function attach(options, language, nodes) {
  const host = element("aisle-chat", { lang: language === "zh" ? "zh-CN" : "en" });
  if (options.theme) host.dataset.theme = options.theme;
  if (options.accent && CSS.supports("color", options.accent)) host.style.setProperty("--aisle-accent", options.accent);
  const root = host.attachShadow({ mode: "open" });
  const styles = element("link", { rel: "stylesheet", href: `${options.origin}/widget/widget.css` });
  const styled = new Promise((resolve) => {
    styles.addEventListener("load", resolve, { once: true });
    styles.addEventListener("error", resolve, { once: true });
  });
  root.append(styles);
  document.body.append(host);
  await styled;
  root.append(...nodes);
}
