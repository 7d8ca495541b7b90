"use strict";
// What opens over a page: its dialog, and the menu of a card. What is refused leaves nothing there of the one before.

const dialog = document.getElementById("dialog");
const float = document.getElementById("float");

/** Fill a place with what an address answers; whether anything came. */
async function fill(place, address) {
  place.replaceChildren();
  await htmx.ajax("GET", address, { target: place, swap: "innerHTML" }).catch(() => {});
  return place.firstElementChild !== null;
}

/* ---------- the dialog ---------- */

function showDialog() {
  for (const open of document.querySelectorAll("details.pop[open]")) open.open = false;
  if (!dialog.open) dialog.showModal();
  placeToasts();
  dialog.querySelector("input:not([type=hidden]), button")?.focus();
}
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const asking = detail.requestConfig.elt;
  // Whoever has closed the progress of an act does not want to hear of it here any more.
  if (detail.target === dialog && asking.matches(".progress") && !asking.isConnected) detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog) showDialog();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "post" || !detail.elt.closest("[data-closes]")) return;
  // What was asked here is not the question any more once somebody else was faster.
  if (detail.successful || detail.xhr.status === CONFLICT) dialog.close();
});
dialog?.addEventListener("close", () => dialog.querySelector(".progress")?.remove());
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-close]")) target.closest("dialog").close();
  else if (target.matches("dialog")) target.close();
});

// Some reasons want to be said in words.
document.addEventListener("change", ({ target }) => {
  const words = target.closest("form[data-closes]")?.querySelector("[name=words]");
  if (words) words.required = "asks" in target.dataset;
});

/* ---------- the menu of a card ---------- */

/** What opens a menu: its card may have been drawn anew since it was pressed. */
const openerOf = (menu) => document.querySelector(`[data-menu="${menu}"]`);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-menu]");
  if (!button) return;
  event.preventDefault();
  float.hidePopover();
  // Where the card is seen, which may be where it is just being moved to.
  const { menu } = button.dataset;
  if (!(await fill(float, `${menu}?from=${button.closest(".card").dataset.stage}`))) return;
  const opener = openerOf(menu);
  if (!opener) return;
  float.showPopover();
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = float;
  float.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
  float.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - height - 8))}px`;
  float.querySelector("button:not([disabled])")?.focus();
  float.opens = menu;
});
float?.addEventListener("toggle", (event) => {
  if (event.newState === "closed" && float.contains(document.activeElement)) openerOf(float.opens)?.focus();
});
float?.addEventListener("click", (event) => {
  if (event.target.closest("button")) setTimeout(() => float.hidePopover());
});
