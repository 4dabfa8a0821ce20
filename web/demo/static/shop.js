// The shop's own script: buttons that open the assistant, and a menu that closes like one.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-chat]");
  if (opener) window.Aisle?.open(opener.dataset.openChat || undefined);
  const menu = document.querySelector(".account[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".account[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
