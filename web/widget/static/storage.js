// What survives a reload: which conversation this is, for whom, and messages not sent yet.

const KEY = "aisle.conversation";

/** Who the page says is signed in: the subject of its token, read but not checked (the server checks). */
export function customerOf(token) {
  try {
    const [, claims] = token.split(".");
    const bytes = Uint8Array.from(atob(claims.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub ?? "");
  } catch {
    return "";
  }
}

/** Keeps one conversation per chat server. Without localStorage (private windows) it lasts as long as the page. */
export class ConversationStorage {
  #key;
  #customer;
  #memory = null;

  constructor(origin, customer) {
    this.#key = `${KEY}:${origin}`;
    this.#customer = customer;
  }

  /** `{id, token, outbox}` or null. A conversation of somebody else who used this browser is forgotten. */
  load() {
    try {
      this.#memory = JSON.parse(localStorage.getItem(this.#key)) ?? null;
    } catch {
      // no storage, or not ours: what is in memory stands
    }
    if (this.#memory && this.#memory.customer !== this.#customer) this.clear();
    return this.#memory;
  }

  save(conversation) {
    this.#memory = { ...conversation, customer: this.#customer };
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#memory));
    } catch {
      // full or forbidden: it lasts as long as the page
    }
  }

  clear() {
    this.#memory = null;
    try {
      localStorage.removeItem(this.#key);
    } catch {
      // nothing was kept
    }
  }

  /** Call back when another tab of the site changed the conversation. */
  onChange(callback) {
    addEventListener("storage", (event) => {
      if (event.key === this.#key || event.key === null) callback();
    });
  }
}
