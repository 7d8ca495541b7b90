"use strict";
// Cards of stages, on the board or of one stage alone: they come, change and go by themselves, and are moved.

const board = document.querySelector("[data-board]");
const cardOf = (id) => document.getElementById(`deal-${id}`);
const listOf = (stage) => document.querySelector(`ol.cards[data-stage="${stage}"]`);
// The card that is held, from the press on it to its end, and what was said of it meanwhile: a card that is replaced
// under a thumb would not come along.
let held = null;
let saidOfIt = null;

/** Put a card where it belongs: what has changed last comes first. */
function place(card, { arrived = true } = {}) {
  const old = document.getElementById(card.id);
  const list = listOf(card.dataset.stage);
  if (!list) return old?.remove();
  const at = Number(card.dataset.at);
  const others = [...list.querySelectorAll(":scope > .card")].filter((one) => one !== old);
  const next = others.find((one) => Number(one.dataset.at) < at);
  const more = list.querySelector(".more-below");
  // It belongs among those that have not been loaded yet.
  if (!next && more && others.length && !old) return;
  const focused = old?.contains(document.activeElement);
  const isNew = !old || old.dataset.stage !== card.dataset.stage;
  if (old?.classList.contains("picked")) pick(card, true);
  const stays = old && old.parentElement === list && old.nextElementSibling === (next ?? more);
  if (stays) old.replaceWith(card);
  else {
    old?.remove();
    list.insertBefore(card, next ?? more);
  }
  if (arrived && isNew) card.classList.add("arrived");
  htmx.process(card);
  if (focused) card.querySelector(".name").focus();
}
function pick(card, on) {
  card.classList.toggle("picked", on);
  card.querySelector(".box").checked = on;
}
const cardIn = (html) => drawn(html).firstElementChild;

function apply(said) {
  if (said.everything) return location.reload();
  const moving = held?.dataset.deal;
  for (const [id, one] of Object.entries(said.cards)) {
    if (id === moving) saidOfIt = one;
    else place(cardIn(one.html));
  }
  for (const id of said.gone) {
    if (String(id) === moving) saidOfIt = { gone: true };
    else cardOf(id)?.remove();
  }
  count();
  document.dispatchEvent(new Event("cards"));
}

/* ---------- counts and sums are the server's ---------- */

// All open boards hear of a change at the same moment, so they do not ask at the same one, and while changes do not end
// they ask less often.
let counting, countedAt = -Infinity;
function count() {
  const again = performance.now() - countedAt < 3000;
  counting ??= setTimeout(async () => {
    counting = undefined;
    // Nothing moves away from under a card that is being carried.
    if (held) return count();
    countedAt = performance.now();
    const parts = await asked(board.dataset.heads);
    for (const part of parts ? [...parts.children] : []) document.getElementById(part.id)?.replaceWith(part);
    document.dispatchEvent(new Event("counted"));
  }, again ? 1000 + Math.random() * 2000 : 200 + Math.random() * 400);
}

/* ---------- moving ---------- */

/** Show a card where it really is, as it was moved in vain. */
async function snapBack(id) {
  const found = await asked(`/board/cards?ids=${id}`);
  if (!found) return;
  const card = found.firstElementChild;
  if (!card) return cardOf(id)?.remove();
  place(card, { arrived: false });
  card.classList.add("snapped");
  setTimeout(() => card.classList.remove("snapped"), 4000);
  if (!card.contains(document.activeElement)) card.querySelector(".name")?.focus({ preventScroll: true });
}

/** Ask for a card to be in another stage; `from` is where it is seen. */
async function move(card, stage, from) {
  const answer = await send(`/deals/${card.dataset.deal}/stage`, { stage, from }).catch(failed);
  if (answer?.ok) return;
  card.dataset.stage = from;
  place(card, { arrived: false });
  await snapBack(card.dataset.deal);
}

/** What a place for deals that have ended asks for, and then does. */
async function end(card, bin) {
  const id = card.dataset.deal;
  if (bin.dataset.group === "lost") await fill(dialog, `/deals/${id}/end`);
  else await send(`/deals/${id}/close`, { group: bin.dataset.group }).catch(failed);
}

/** Somebody writes; what he has written shows it a moment later. */
function typing({ conversations }) {
  const lines = conversations.flatMap((id) => [
    ...document.querySelectorAll(`.card[data-conversation="${id}"] .typing-line`),
  ]);
  for (const line of lines) {
    line.hidden = false;
    clearTimeout(line.waits);
    line.waits = setTimeout(() => (line.hidden = true), 6000);
  }
}

if (board) addEventListener("DOMContentLoaded", () => listen(board.dataset.liveFrom, { board: apply, typing }));
