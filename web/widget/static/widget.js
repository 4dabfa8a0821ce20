// The one script a site embeds:
//   <script src="https://HOST/widget.js" data-customer-token="..." data-language="en" defer></script>
// Everything else is loaded from where this file came from. What may stand on the tag is listed in docs/widget.md.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.Aisle) return;
  const origin = new URL(script.src).origin;
  const options = { origin, ...script.dataset };
  const ready = import(`${origin}/widget/main.js`).then(({ mount }) => mount(options));
  ready.catch((error) => console.error("The chat widget could not be loaded.", error));
  window.Aisle = {
    open: (question) => ready.then((widget) => widget.open(question)),
    close: () => ready.then((widget) => widget.close()),
  };
})();
