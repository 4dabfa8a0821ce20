// Asking the server from a page: parts of pages made by its templates, JSON, and the token that changes must carry.
import { element } from "/widget/dom.js";

/** Show what went wrong instead of what was asked for. */
export function complain(place, words) {
  place.replaceChildren(element("p", { class: "note bad", role: "alert", text: words }));
}

/** The token of the session, also after a new sign-in in another tab; null when nobody is signed in. */
export async function freshToken() {
  const answer = await fetch("/staff/session", { headers: { Accept: "application/json" } });
  if (!answer.ok) return null;
  const { csrf_token: token } = await answer.json();
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  return token;
}

/** A part of a page, as HTML; `fields` are those of a form, none to ask only. Throws what the server says instead. */
export async function part(path, fields, signal) {
  const body = fields && new URLSearchParams([...fields].filter(([, value]) => typeof value === "string"));
  const method = fields ? "POST" : "GET";
  const answer = await fetch(path, { method, body, signal, headers: { Accept: "application/json" } });
  const kind = answer.headers.get("Content-Type") ?? "";
  if (kind.startsWith("text/html")) return answer.text();
  throw new Error((await answer.json()).message);
}
