// Labels on their way to the server: kept in the browser until it has them, so that nothing is lost while it is away.
import { freshToken } from "/static/staff/asking.js";

const LONGEST_WAIT_MILLISECONDS = 15_000;

/** Sends one entry after the other. The server takes an entry that comes twice for one. */
export class Outbox {
  #waiting = [];
  #sending = null;
  #timer;
  #wait = 1000;

  /** `changed(count, words)` is called whenever something waits or no longer does; `refused(entry, words)` for what the
   * server will never take. */
  constructor(key, changed, refused) {
    this.key = key;
    this.changed = changed;
    this.refused = refused;
    try {
      this.#waiting = JSON.parse(localStorage.getItem(key) ?? "[]");
    } catch {
      this.#waiting = [];
    }
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => document.hidden || this.send());
    if (this.#waiting.length) this.send();
  }

  /** How many are not with the server yet. */
  get size() {
    return this.#waiting.length;
  }

  add(entry) {
    this.#waiting.push(entry);
    this.#keep();
    this.send();
  }

  /** The last entry, if it has not begun to be sent: it will not be. */
  takeBack() {
    if (this.#waiting.length <= (this.#sending ? 1 : 0)) return null;
    const entry = this.#waiting.pop();
    this.#keep();
    this.changed(this.size, "");
    return entry;
  }

  /** Send what waits, now. Gives whether all of it arrived. */
  async send() {
    clearTimeout(this.#timer);
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = null));
    const isDone = await this.#sending;
    return isDone && this.size ? this.send() : isDone;
  }

  async #sendAll() {
    while (this.#waiting.length) {
      const problem = await this.#sendFirst();
      if (problem) {
        this.changed(this.size, problem);
        this.#timer = setTimeout(() => this.send(), this.#wait);
        this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MILLISECONDS);
        return false;
      }
    }
    this.#wait = 1000;
    this.changed(0, "");
    return true;
  }

  /** Gives why the first entry still waits, or nothing when it is dealt with. */
  async #sendFirst() {
    const entry = this.#waiting[0];
    let answer;
    try {
      answer = await post(entry);
      if (answer.status === 403 && (await freshToken())) answer = await post(entry);
      if (answer.status === 401) return "You are not signed in any more. Sign in in another tab.";
      if (answer.status === 429 || answer.status >= 500) return "The server is not ready.";
    } catch {
      return "The server does not answer.";
    }
    this.#waiting.shift();
    this.#keep();
    if (!answer.ok) {
      const { message } = await answer.json().catch(() => ({ message: "The server did not take it." }));
      this.refused(entry, message);
    }
    return "";
  }

  #keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.#waiting));
    } catch {
      // A browser that keeps nothing still sends what waits while the page is open.
    }
  }
}

function post({ path, fields }) {
  const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
  const headers = { Accept: "application/json", "X-CSRF-Token": token };
  return fetch(path, { method: "POST", body: new URLSearchParams(fields), headers });
}
