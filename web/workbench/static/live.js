// Parts of a page that stay true by themselves. Without this script the page asks to be reloaded.
import { showLocalTimes } from "/static/staff/inside.js";

const AGAIN_MILLISECONDS = 2000;

function listen(place) {
  const words = place.querySelector("[role=status]");
  const source = new EventSource(place.dataset.live);
  source.addEventListener("part", (event) => {
    const { html, words: said, is_over: isOver } = JSON.parse(event.data);
    const shown = place.querySelector("[data-part]");
    shown.innerHTML = html;
    showLocalTimes(shown);
    if (words.textContent !== said) words.textContent = said;
    place.removeAttribute("data-away");
    if (isOver) {
      source.close();
      location.reload(); // what can be done now is another
    }
  });
  // A server that is started anew refuses connections for a while; some browsers then give up.
  source.addEventListener("error", async () => {
    if (source.readyState !== EventSource.CLOSED) return;
    place.setAttribute("data-away", "");
    const answer = await fetch("/staff/session", { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.status === 401) words.textContent = "You are not signed in any more. Reload this page to go on.";
    else setTimeout(() => listen(place), AGAIN_MILLISECONDS);
  });
}

for (const place of document.querySelectorAll("[data-live]")) listen(place);
