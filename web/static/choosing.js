"use strict";
// Several cards are chosen, by boxes or the key x, and something is done to all of them.

const bar = document.querySelector(".selbar");
let allOfThem = false;

const picked = () => [...document.querySelectorAll(".card.picked")];

function selection() {
  const cards = picked();
  if (!cards.length) allOfThem = false;
  bar.hidden = !cards.length;
  board.classList.toggle("selecting", cards.length > 0);
  const words = bar.querySelector("[data-picked]");
  const count = allOfThem ? document.querySelector("#board-sum b").textContent : cards.length;
  words.textContent = words.dataset.one.replace("…", count);
  const sums = new Map();
  for (const { dataset: one } of cards) {
    if (one.currency) sums.set(one.currency, (sums.get(one.currency) ?? 0) + Number(one.amount));
  }
  const money = [...sums].map(([currency, minor]) => {
    const format = new Intl.NumberFormat(LOCALE, { style: "currency", currency, minimumFractionDigits: 0 });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  });
  bar.querySelector("[data-picked-sum]").textContent = allOfThem ? "" : money.join(" · ");
}

function choose(card, on) {
  pick(card, on);
  allOfThem = false;
  selection();
}

document.addEventListener("cards", selection);
board.addEventListener("change", ({ target }) => {
  if (target.matches(".card .box")) choose(target.closest(".card"), target.checked);
});
float.addEventListener("click", ({ target }) => {
  const card = cardOf(target.closest("[data-pick]")?.dataset.pick);
  if (card) choose(card, true);
});
bar.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-unpick]")) {
    for (const card of picked()) pick(card, false);
    selection();
    board.querySelector(".card .name")?.focus();
  } else if (button.matches("[data-pick-all]")) {
    for (const card of board.querySelectorAll(".card")) pick(card, true);
    allOfThem = true;
    selection();
  } else if (button.matches("[data-bulk]")) {
    const ids = allOfThem ? "all" : picked().map((card) => card.dataset.deal).join(",");
    const address = `/board/${board.dataset.pipeline}/bulk?act=${button.dataset.bulk}&${board.dataset.query}`;
    if (await fill(dialog, address)) dialog.querySelector("[name=ids]").value = ids;
  }
});
board.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".card");
  if (event.key !== "x" || event.altKey || event.ctrlKey || event.metaKey || !card) return;
  event.preventDefault();
  choose(card, !card.classList.contains("picked"));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !dialog.open && picked().length && !float.matches(":popover-open")) {
    bar.querySelector("[data-unpick]").click();
  }
});
