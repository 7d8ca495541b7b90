"use strict";
// A card is carried by the mouse or a thumb: to another stage, to its name on a phone, to where deals end.

/** Show what was said of a card while it was held, unless it was put elsewhere. */
function letGo() {
  const [card, one] = [held, saidOfIt];
  held = saidOfIt = null;
  if (one?.gone) setTimeout(() => cardOf(card.dataset.deal)?.remove());
  else if (one)
    setTimeout(() => {
      if (card.dataset.stage === String(one.stage)) place(cardIn(one.html), { arrived: false });
    });
}

board.addEventListener("pointerdown", ({ target }) => {
  if (held) letGo();
  held = target.closest(".card");
});
// A press that carries ends when it is dropped, and a browser that carries by itself cancels the pointer before.
for (const end of ["pointerup", "pointercancel"])
  document.addEventListener(end, () => {
    if (!document.querySelector(".sortable-chosen")) letGo();
  });
// What a long press offers for a link would take the card out of the hand.
board.addEventListener("contextmenu", (event) => {
  if (event.pointerType === "touch" && event.target.closest(".card")) event.preventDefault();
});

// A long press that carries nothing selects, and is no press on what lies under it. How long it was is the thumb's
// affair, not that of a browser that comes to it late.
const LONG_MS = 500;
let pressedAt = null, lasted = 0;
board.addEventListener("pointerdown", ({ pointerType, timeStamp }) => {
  pressedAt = pointerType === "touch" ? timeStamp : null;
  lasted = 0;
}, true);
document.addEventListener("pointerup", ({ timeStamp }) => {
  if (pressedAt !== null) lasted = timeStamp - pressedAt;
}, true);
function select(card) {
  const isLong = lasted >= LONG_MS;
  [pressedAt, lasted] = [null, 0];
  if (!isLong || !card.matches(".card")) return;
  choose(card, !card.classList.contains("picked"));
  const swallow = (event) => event.preventDefault();
  card.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => card.removeEventListener("click", swallow, true), 300);
}

function sortable(list) {
  return new Sortable(list, {
    group: "deals",
    draggable: ".card",
    filter: ".more-below",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
    delay: 220,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    ghostClass: "slot-card",
    dragClass: "dragged",
    sort: list.matches("ol"),
    scrollSensitivity: 60,
    onStart({ item }) {
      board.classList.add("dragging");
      pressedAt = null;
      item.dataset.to = item.closest(".col").dataset.name;
    },
    onUnchoose({ item }) {
      select(item);
      letGo();
    },
    onMove({ to, dragged }) {
      for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
      to.closest(".col, .bin, .stages a")?.classList.add("over");
      dragged.dataset.to = to.closest(".col")?.dataset.name ?? "";
    },
    onEnd({ item, from, to }) {
      board.classList.remove("dragging");
      for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
      if (to === from) return place(item, { arrived: false });
      const bin = to.closest(".bin, .stages [data-group]");
      const tab = to.closest(".stages a");
      if (tab && !bin) {
        const stage = item.dataset.stage;
        item.dataset.stage = tab.dataset.stage;
        place(item, { arrived: false });
        return void move(item, tab.dataset.stage, stage);
      }
      if (bin) {
        from.prepend(item);
        place(item, { arrived: false });
        return void end(item, bin);
      }
      const stage = item.dataset.stage;
      item.dataset.stage = to.dataset.stage;
      move(item, to.dataset.stage, stage);
    },
  });
}

for (const list of document.querySelectorAll("ol.cards, .bin, .stages a")) sortable(list);
// Bins are drawn anew with their counts.
document.addEventListener("counted", () => {
  for (const bin of document.querySelectorAll(".bin")) if (!Sortable.get(bin)) sortable(bin);
});
