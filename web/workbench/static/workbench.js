// What all pages of the workbench share: buttons that open a dialog, and the ways to close one.
for (const opener of document.querySelectorAll("[data-open]")) opener.hidden = false;

document.addEventListener("click", (event) => {
  if (event.defaultPrevented) return;
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  // A click on the dialog itself, not on anything in it, is one beside it.
  if (event.target.matches("dialog") || event.target.closest("[data-close]")) event.target.closest("dialog").close();
});
