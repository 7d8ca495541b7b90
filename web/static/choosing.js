"use strict";
// Several cards are chosen, by boxes or the key x, and something is done to all of them.

const bar = document.querySelector(".selbar");
let allOfThem = false;
// What an act was asked for, and by its number once it has begun.
let askedFor = [];
const actedOn = new Map();

const picked = () => [...document.querySelectorAll(".card.picked")];
const many = (number) => new Intl.NumberFormat(LOCALE).format(number);
/** How many deals there are in all columns, shown or not. */
function ofAll() {
  return [...board.querySelectorAll(".col-head")].reduce((sum, head) => sum + Number(head.dataset.count), 0);
}

function selection() {
  const cards = picked();
  if (!cards.length) allOfThem = false;
  bar.hidden = !cards.length;
  board.classList.toggle("selecting", cards.length > 0);
  const words = bar.querySelector("[data-picked]");
  words.textContent = words.dataset.one.replace("…", many(allOfThem ? ofAll() : cards.length));
  const every = bar.querySelector("[data-pick-all]");
  every.textContent = every.dataset.words.replace("…", many(ofAll()));
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
document.addEventListener("counted", selection);
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
    const count = allOfThem ? ofAll() : picked().length;
    const ids = allOfThem ? "all" : picked().map((card) => card.dataset.deal).join(",");
    const address = `/board/${board.dataset.pipeline}/bulk?act=${button.dataset.bulk}&count=${count}&${board.dataset.query}`;
    if (await fill(dialog, address)) dialog.querySelector("[name=ids]").value = ids;
  }
});
board.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".card");
  if (!card || !means(event, "x", "KeyX")) return;
  event.preventDefault();
  choose(card, !card.classList.contains("picked"));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !dialog.open && picked().length && !float.matches(":popover-open")) {
    bar.querySelector("[data-unpick]").click();
  }
});

/* ---------- an act: what it needs to know, and what is left to choose after it ---------- */

document.addEventListener("change", ({ target }) => {
  const why = target.closest("[data-bulked]")?.querySelector(".why");
  if (!why) return;
  if (target.name === "stage") why.hidden = why.disabled = !("asksWhy" in target.dataset);
  if (target.name === "reason") why.querySelector("[name=words]").required = "asks" in target.selectedOptions[0].dataset;
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches("[data-bulked]")) askedFor = picked().map((card) => card.id);
});
// What was done is not chosen any more; what failed, or had no turn, is.
htmx.on("htmx:load", ({ detail }) => {
  const { act: number, begun, left } = detail.elt.dataset ?? {};
  if (begun !== undefined) actedOn.set(number, askedFor);
  if (left === undefined || !actedOn.has(number)) return;
  const stay = left.split(",").map((id) => `deal-${id}`);
  const done = actedOn.get(number).filter((id) => !stay.includes(id));
  for (const card of picked()) if (done.includes(card.id)) pick(card, false);
  actedOn.delete(number);
  allOfThem = false;
  selection();
});
