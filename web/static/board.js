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
  // What says that there is nothing goes at once, so that no card moves under a thumb a moment later.
  document.querySelector(".col .void")?.remove();
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

// All open boards hear of a change at the same moment, so they do not ask at the same one. While changes do not end they
// ask less often, and the longer an answer takes the less.
const FIRST_MS = [150, 400], AGAIN_MS = [500, 700], ENDED_MS = 3000, MOST_MS = 3000, REST = 5;
let counting, countedAt = -Infinity, took = 0;
function count() {
  const again = performance.now() - countedAt < ENDED_MS;
  const [least, most] = again ? AGAIN_MS : FIRST_MS;
  const rest = again ? Math.min(REST * took, MOST_MS) : 0;
  counting ??= setTimeout(async () => {
    counting = undefined;
    // Nothing moves away from under a card that is being carried.
    if (held) return count();
    countedAt = performance.now();
    const parts = await asked(board.dataset.heads);
    took = performance.now() - countedAt;
    for (const part of parts ? [...parts.children] : []) {
      const old = document.getElementById(part.id);
      if (old && !old.isEqualNode(part)) old.replaceWith(part);
    }
    document.dispatchEvent(new Event("counted"));
  }, least + Math.random() * (most - least) + rest);
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

/** Ask for a card to be in another stage, and return whether it is now; `from` is where it is seen. */
async function move(card, stage, from) {
  if (await act(`/deals/${card.dataset.deal}/stage`, { stage, from })) return true;
  card.dataset.stage = from;
  place(card, { arrived: false });
  await snapBack(card.dataset.deal);
  return false;
}

/** What a place for deals that have ended asks for, and then does. */
async function end(card, bin) {
  const { deal: id, stage: from } = card.dataset;
  if (bin.dataset.group === "lost") await fill(dialog, `/deals/${id}/end?from=${from}`);
  else if (!(await act(`/deals/${id}/close`, { group: bin.dataset.group, from }))) await snapBack(id);
}

// The same for what was asked in a menu or a dialog: somebody else was faster.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const [, id] = detail.requestConfig.path.match(/^\/deals\/(\d+)\//) ?? [];
  if (id && detail.xhr.status === CONFLICT) snapBack(id);
});

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
