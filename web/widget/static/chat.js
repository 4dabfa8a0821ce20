// The conversation as the widget holds it: what is sent, what came, and getting both across a bad connection.

import { ApiError } from "./api.js";

const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
const HIDDEN_MILLISECONDS = 60_000; // browsers allow six connections to a site: a hidden tab gives its own back

/**
 * Tells the view, an object with: reset(reason), outgoing(message), problem(message, error, waitSeconds),
 * message(event, isLive), typing(isTyping), connection(state: "online" | "offline" | "connecting").
 */
export class Chat {
  #api;
  #storage;
  #view;
  #options;
  #conversation = null;
  #lastSeq = 0;
  #stop = new AbortController();
  #flushing = false;
  #isLive = false; // what comes is new, and no replay
  #blocked = null; // why nothing is sent now: a timer, or "sign-in"
  #hiding;

  constructor(api, storage, options, view) {
    this.#api = api;
    this.#storage = storage;
    this.#options = options;
    this.#view = view;
    storage.onChange(() => this.#resume());
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#view.connection("offline"));
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  /** Take up the conversation kept on this device, if there is one. */
  start() {
    this.#adopt(this.#storage.load());
  }

  get empty() {
    return !this.#conversation;
  }

  sendText(text) {
    this.#enqueue({ client_id: newId(), text });
  }

  choose({ id, title }) {
    this.#enqueue({ client_id: newId(), choice: id, title });
  }

  /** Keep a thumb on an answer. Rejects where it could not be kept. */
  async vote(seq, vote) {
    await this.#api.vote(this.#conversation, seq, vote);
  }

  /** Keep how content the shopper is. Rejects where it could not be kept. */
  async rate(score, comment) {
    await this.#api.rate(this.#conversation, score, comment);
  }

  /** Whether the shopper was asked how content they are, in any tab. */
  get wasRatingAsked() {
    return Boolean(this.#conversation?.ratingAsked || this.#storage.load()?.ratingAsked);
  }

  ratingAsked() {
    this.#conversation.ratingAsked = true;
    this.#save();
  }

  /** Try what could not be sent, and the connection, again now. */
  retry() {
    this.#blocked = null;
    this.#flush();
    if (this.#conversation?.id) this.#connect();
  }

  /** Forget the conversation on this device; the next message opens a new one. */
  restart(reason = "restart") {
    this.#stop.abort();
    this.#storage.clear();
    this.#conversation = null;
    this.#lastSeq = 0;
    this.#blocked = null;
    this.#view.reset(reason);
  }

  #adopt(kept) {
    this.#conversation = kept;
    this.#lastSeq = 0;
    if (!kept) return;
    if (kept.id) this.#connect();
    for (const message of kept.outbox) this.#view.outgoing(message);
    this.#flush();
  }

  /** Another tab opened, cleared or used the conversation. */
  #resume() {
    const kept = this.#storage.load();
    if (kept?.id === this.#conversation?.id) return;
    this.#stop.abort();
    this.#view.reset("other tab");
    this.#adopt(kept);
  }

  #enqueue(message) {
    this.#conversation ??= { id: null, token: null, outbox: [] };
    this.#conversation.outbox.push(message);
    this.#save();
    this.#view.outgoing(message);
    this.#flush();
  }

  /** Send what waits, in order, one after the other. */
  async #flush() {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      while (this.#conversation?.outbox.length && !this.#blocked) {
        const conversation = this.#conversation;
        const [message] = conversation.outbox;
        try {
          await this.#deliver(conversation, message);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (conversation === this.#conversation) this.#failed(message, error);
        }
      }
    } finally {
      this.#flushing = false;
    }
  }

  async #deliver(conversation, message) {
    if (!conversation.id) {
      const opened = await this.#api.open(this.#options.customerToken, this.#options.language);
      if (conversation !== this.#conversation) return;
      Object.assign(conversation, { id: opened.conversation_id, token: opened.token });
      this.#save();
      this.#connect();
    }
    const { title, ...body } = message;
    await this.#api.send(conversation, body);
    this.#drop(conversation, message);
  }

  #failed(message, error) {
    if (error.status === 401 && error.code === "bad_token") {
      this.#renew();
      return;
    }
    if (!error.passing) {
      if (error.code !== "bad_customer_token") this.#drop(this.#conversation, message);
      this.#blocked = error.code === "bad_customer_token" ? "sign-in" : null;
      this.#view.problem(message, error, 0);
      return;
    }
    const waitSeconds = Math.max(error.retryAfterSeconds, 3);
    const blocked = setTimeout(() => this.#blocked === blocked && this.retry(), 1000 * waitSeconds);
    this.#blocked = blocked;
    this.#view.problem(message, error, error.status === 429 ? waitSeconds : 0);
  }

  /** The server does not know the conversation any more: a new one takes what was not sent. */
  #renew() {
    const outbox = this.#conversation?.outbox ?? [];
    this.restart("expired");
    if (!outbox.length) return;
    const unsent = outbox.filter((message) => message.text).map(({ text }) => ({ client_id: newId(), text }));
    this.#conversation = { id: null, token: null, outbox: unsent };
    this.#save();
    for (const message of unsent) this.#view.outgoing(message);
  }

  async #connect() {
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    let pause = FIRST_PAUSE_MILLISECONDS;
    while (!stop.signal.aborted) {
      try {
        for await (const event of this.#api.listen(this.#conversation, this.#lastSeq, stop.signal)) {
          if (stop.signal.aborted) return;
          pause = FIRST_PAUSE_MILLISECONDS;
          this.#receive(event);
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error.status === 401) {
          this.#renew();
          this.#flush();
          return;
        }
      }
      this.#view.connection(navigator.onLine ? "connecting" : "offline");
      await sleep(pause * (0.75 + Math.random() / 2));
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  #receive({ name, data }) {
    if (name === "open") {
      this.#isLive = false;
      this.#view.connection("online");
    }
    if (name === "typing") {
      this.#isLive = true; // told first after the replay
      this.#view.typing(data.typing);
    }
    if (name !== "message" || data.seq <= this.#lastSeq) return;
    this.#lastSeq = data.seq;
    const waiting = this.#conversation.outbox.find((message) => message.client_id === data.client_id);
    if (waiting) this.#drop(this.#conversation, waiting);
    this.#view.message(data, this.#isLive);
  }

  #seen() {
    clearTimeout(this.#hiding);
    if (document.visibilityState === "hidden") {
      this.#hiding = setTimeout(() => this.#stop.abort(), HIDDEN_MILLISECONDS);
    } else if (this.#conversation?.id && this.#stop.signal.aborted) {
      this.#connect();
    }
  }

  #drop(conversation, message) {
    conversation.outbox = conversation.outbox.filter((waiting) => waiting.client_id !== message.client_id);
    if (conversation === this.#conversation) this.#save();
  }

  #save() {
    this.#storage.save(this.#conversation);
  }
}

function newId() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
