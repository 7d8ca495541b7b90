"use strict";
// The board by keys alone: arrows walk, Alt with an arrow moves, m opens the menu, / searches.

function neighbour(card, step) {
  const lists = [...board.querySelectorAll(".col:not(.folded) ol.cards")];
  const here = lists.indexOf(card.parentElement);
  for (let at = here + step; at >= 0 && at < lists.length; at += step) {
    const place = [...card.parentElement.children].indexOf(card);
    const cards = lists[at].querySelectorAll(".card");
    if (cards.length) return cards[Math.min(place, cards.length - 1)];
  }
  return null;
}

/** Move a card, and say where it is now to whoever does not see it. */
async function carry(card, column) {
  const list = column?.querySelector("ol.cards");
  if (!list) return;
  const from = card.dataset.stage;
  card.dataset.stage = list.dataset.stage;
  list.prepend(card);
  card.querySelector(".name").focus();
  if (!(await move(card, list.dataset.stage, from))) return;
  const words = board.dataset.moved.replace("{name}", card.dataset.name).replace("{stage}", column.dataset.name);
  document.getElementById("told").textContent = words;
}

board.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".card");
  if (!card || event.target.matches("input, textarea, select")) return;
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.altKey && sideways) {
    event.preventDefault();
    const columns = [...board.querySelectorAll(".col")];
    const here = columns.indexOf(card.closest(".col"));
    return void (here < 0 || carry(card, columns[here + sideways]));
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (sideways) {
    event.preventDefault();
    neighbour(card, sideways)?.querySelector(".name").focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const other = event.key === "ArrowDown" ? card.nextElementSibling : card.previousElementSibling;
    event.preventDefault();
    other?.querySelector(".name")?.focus();
  } else if (event.key === "m") {
    event.preventDefault();
    card.querySelector("[data-menu]").click();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});
