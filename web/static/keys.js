"use strict";
// The board by keys alone: one Tab leads to the cards, arrows walk, Alt with an arrow moves, m opens the menu.

/* ---------- among all cards there is one stop for Tab ---------- */

const STOPS = ".name, .take, .act";
let stop = null;
/** Let Tab lead to this card from now on, and to its buttons. */
function stand(card) {
  for (const one of board.querySelectorAll(".card :is(.name, .take, .act)[tabindex='0']")) one.tabIndex = -1;
  for (const one of card?.querySelectorAll(STOPS) ?? []) one.tabIndex = 0;
  stop = card?.id ?? null;
}
/** One card stays the stop, whatever comes in its place. */
function keepStop() {
  const card = stop && document.getElementById(stop);
  if (card?.checkVisibility() && card.querySelector(".name").tabIndex === 0) return;
  stand(card?.checkVisibility() ? card : [...board.querySelectorAll(".card")].find((one) => one.checkVisibility()));
}
keepStop();
new MutationObserver(keepStop).observe(board, { childList: true, subtree: true });
board.addEventListener("focusin", ({ target }) => {
  const card = target.closest(".card");
  if (card && card.id !== stop) stand(card);
});
board.addEventListener("click", ({ target }) => target.closest("[data-fold]") && setTimeout(keepStop));
document.querySelector("[data-to-cards]")?.addEventListener("click", (event) => {
  const name = board.querySelector(".name[tabindex='0']");
  if (!name) return;
  event.preventDefault();
  name.focus();
});

/* ---------- walking and moving ---------- */

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
  if (!card || isTyped(event.target)) return;
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
  } else if (means(event, "m", "KeyM")) {
    event.preventDefault();
    card.querySelector("[data-menu]").click();
  }
});
