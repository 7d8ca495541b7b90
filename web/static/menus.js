"use strict";
// Menus by keys: arrows walk, and go in where a summary opens one; Home and End jump.

const ITEMS = "button:not([disabled]), a[href]";

document.addEventListener("keydown", (event) => {
  const pop = event.target.closest?.("details.pop, .float");
  if (!pop || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
  const isOnSummary = event.target.matches("summary");
  const items = [...pop.querySelectorAll(`.menu :is(${ITEMS})`)];
  const here = items.indexOf(event.target);
  const last = items.length - 1;
  const to = {
    ArrowDown: isOnSummary || here === last ? 0 : here + 1,
    ArrowUp: isOnSummary || here <= 0 ? last : here - 1,
    Home: 0,
    End: last,
  }[event.key];
  const isOpen = !pop.matches("details") || pop.open;
  if (to === undefined || (!isOpen && !event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  event.stopPropagation();
  if (!isOpen) pop.open = true;
  items[to]?.focus();
});
