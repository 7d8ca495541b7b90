"use strict";
// Ways back: to the board with its filter and its stage, and from a talk to the list or the board it was opened from.

const LISTS = /^\/(board|deals|tasks)\b(?!\/\d)/;

/** This page with the column that a phone shows of it. */
function placeNow() {
  const board = document.querySelector("main.board");
  const isNarrow = board && board.scrollWidth > board.clientWidth && document.querySelector(".stages")?.checkVisibility();
  const column = isNarrow && [...board.querySelectorAll(".col")][Math.round(board.scrollLeft / board.clientWidth)];
  return location.pathname + location.search + (column ? `#${column.id}` : "");
}
addEventListener("pagehide", () => {
  if (!LISTS.test(location.pathname)) return;
  sessionStorage.setItem("from", placeNow());
  if (location.pathname === "/board") sessionStorage.setItem("board", placeNow());
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-way]");
  // Whoever is on the board already wants to see all of it.
  if (!link || (link.dataset.way === "board" && location.pathname === "/board")) return;
  link.href = sessionStorage.getItem(link.dataset.way) ?? link.getAttribute("href");
}, true);
