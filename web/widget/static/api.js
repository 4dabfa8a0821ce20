// The chat API: its requests, and a reader of server-sent events that can send the token as a header.

const SILENCE_MILLISECONDS = 40_000; // the server says something at least every 15 s

/** A request the server refused. `status` 0: it was not reached. */
export class ApiError extends Error {
  constructor(status, code, message, retryAfterSeconds = 0) {
    super(message);
    Object.assign(this, { status, code, retryAfterSeconds });
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  #base;

  constructor(origin) {
    this.#base = `${origin}/api/conversations`;
  }

  /** Open a conversation: `{conversation_id, token}`. */
  async open(customerToken, language) {
    const body = customerToken ? { customer_token: customerToken, language } : { language };
    return (await this.#request("", { method: "POST", body })).json();
  }

  /** Store a message (`{client_id, text}` or `{client_id, choice}`): `{seq}`. */
  async send(conversation, message) {
    const answer = await this.#request(`/${conversation.id}/messages`, {
      method: "POST",
      body: message,
      token: conversation.token,
    });
    return answer.json();
  }

  /** Keep a thumb on an answer (1, -1; 0 takes it back). */
  async vote(conversation, seq, vote) {
    await this.#request(`/${conversation.id}/messages/${seq}/vote`, { method: "POST", body: { vote }, token: conversation.token });
  }

  /** Keep how content the shopper is, 1 to 5, and why. */
  async rate(conversation, score, comment) {
    await this.#request(`/${conversation.id}/satisfaction`, { method: "POST", body: { score, comment }, token: conversation.token });
  }

  /** Events after `seq`, as `{name, data}`, until the connection ends, which throws or returns. */
  async *listen(conversation, seq, signal) {
    const watchdog = new AbortController();
    signal.addEventListener("abort", () => watchdog.abort(), { once: true });
    const answer = await this.#request(`/${conversation.id}/events?after=${seq}`, {
      token: conversation.token,
      signal: watchdog.signal,
    });
    yield { name: "open" };
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const timer = setTimeout(() => watchdog.abort(), SILENCE_MILLISECONDS);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      yield* blocks.map(parseEvent).filter(Boolean);
    }
  }

  async #request(path, { method = "GET", body, token, signal }) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    let answer;
    try {
      const options = { method, headers, signal, body: body && JSON.stringify(body), credentials: "omit" };
      answer = await fetch(this.#base + path, { ...options, cache: "no-store" });
    } catch (error) {
      throw new ApiError(0, "unreachable", String(error));
    }
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    const retryAfter = Number(answer.headers.get("Retry-After")) || 0;
    throw new ApiError(answer.status, problem.error, problem.message, retryAfter);
  }
}

/** One block of a stream of server-sent events; null for a heartbeat. */
function parseEvent(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}
