"use strict";
// The board: cards that come and go by themselves, dragging, the keyboard, folding, choosing several.

const board = document.querySelector("main.board");
const float = document.getElementById("float");
const dialog = document.getElementById("dialog");

/* What a server has drawn, as an element; it is ours, and nothing in it runs. */
function drawn(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return [...holder.content.children];
}

function send(address, fields = {}) {
  return htmx.ajax("POST", address, { values: fields, swap: "none" });
}

/* ---------- cards ---------- */

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
  const picked = old?.classList.contains("picked");
  const isNew = !old || old.dataset.stage !== card.dataset.stage;
  if (picked) pick(card, true);
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

function apply(said) {
  if (said.everything) return location.reload();
  const moving = held?.dataset.deal;
  for (const [id, one] of Object.entries(said.cards)) {
    if (id === moving) saidOfIt = one;
    else place(drawn(one.html)[0]);
  }
  for (const id of said.gone) {
    if (String(id) === moving) saidOfIt = { gone: true };
    else cardOf(id)?.remove();
  }
  counted();
  selection();
}

/* Counts and sums are the server's. All open boards hear of a change at the same moment, so they do not ask at the same
   one, and while changes do not end they ask less often. */
let counting, countedAt = -Infinity;
function counted() {
  const again = performance.now() - countedAt < 3000;
  counting ??= setTimeout(async () => {
    counting = undefined;
    // Nothing moves away from under a card that is being carried.
    if (held) return counted();
    countedAt = performance.now();
    const answer = await fetch(board.dataset.heads, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    for (const part of drawn(await answer.text())) {
      document.getElementById(part.id)?.replaceWith(part);
      if (part.matches(".bin")) sortable(part);
    }
    for (const column of board.querySelectorAll(".col")) {
      column.classList.toggle("empty", column.querySelector(".col-head").dataset.count === "0");
      if (column.querySelector(".col-head").dataset.count !== "0") column.querySelector(".void")?.remove();
      column.querySelector(".unfold .num").textContent = column.querySelector(".col-head .n").textContent;
    }
    stagesRow();
  }, again ? 1000 + Math.random() * 2000 : 200 + Math.random() * 400);
}

/** Show a card where it really is, as it was moved in vain. */
async function snapBack(id) {
  const answer = await fetch(`/board/cards?ids=${id}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const [card] = drawn(await answer.text());
  if (!card) return cardOf(id)?.remove();
  place(card, { arrived: false });
  card.classList.add("snapped");
  setTimeout(() => card.classList.remove("snapped"), 4000);
  if (!card.contains(document.activeElement)) card.querySelector(".name").focus({ preventScroll: true });
}

/** Ask for a card to be in another stage; `from` is where it is seen. */
async function move(card, stage, from) {
  const id = card.dataset.deal;
  const fields = new FormData();
  fields.set("stage", stage);
  fields.set("from", from);
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
  const headers = { "HX-Request": "true", "X-CSRF-Token": token };
  const answer = await fetch(`/deals/${id}/stage`, { method: "POST", body: fields, headers }).catch(() => null);
  if (answer?.ok) return;
  toast(answer ? await answer.text() : document.body.dataset.failed, answer?.status === 409 ? "wait" : "late");
  card.dataset.stage = from;
  place(card, { arrived: false });
  await snapBack(id);
}

/** What a place for deals that have ended asks for, and then does. */
async function end(card, bin) {
  const id = card.dataset.deal;
  if (bin.dataset.group === "lost") {
    await htmx.ajax("GET", `/deals/${id}/end`, { target: "#dialog", swap: "innerHTML" });
    showDialog();
  } else await send(`/deals/${id}/close`, { group: bin.dataset.group });
}

/* ---------- dragging ---------- */

/** Show what was said of a card while it was held, unless it was put elsewhere. */
function letGo() {
  const [card, one] = [held, saidOfIt];
  held = saidOfIt = null;
  if (one?.gone) setTimeout(() => cardOf(card.dataset.deal)?.remove());
  else if (one)
    setTimeout(() => {
      if (card.dataset.stage === String(one.stage)) place(drawn(one.html)[0], { arrived: false });
    });
}

board?.addEventListener("pointerdown", ({ target }) => {
  if (held) letGo();
  held = target.closest(".card");
});
// A press that carries ends when it is dropped, and a browser that carries by itself cancels the pointer before.
for (const end of ["pointerup", "pointercancel"])
  document.addEventListener(end, () => {
    if (!document.querySelector(".sortable-chosen")) letGo();
  });
// What a long press offers for a link would take the card out of the hand.
board?.addEventListener("contextmenu", (event) => {
  if (event.pointerType === "touch" && event.target.closest(".card")) event.preventDefault();
});

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
    onStart() {
      board.classList.add("dragging");
    },
    onUnchoose: letGo,
    onMove({ to }) {
      for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
      to.closest(".col, .bin, .stages a")?.classList.add("over");
    },
    onEnd({ item, from, to }) {
      board.classList.remove("dragging");
      for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
      if (to === from) return place(item, { arrived: false });
      const bin = to.closest(".bin");
      const tab = to.closest(".stages a");
      if (tab) {
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

/* ---------- menus and dialogs ---------- */

function showDialog() {
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), button")?.focus();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-menu]");
  if (!button) return;
  event.preventDefault();
  await htmx.ajax("GET", button.dataset.menu, { target: "#float", swap: "innerHTML" });
  if (!float.firstElementChild) return;
  float.showPopover();
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = float;
  float.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
  float.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - height - 8))}px`;
  float.dataset.of = button.getAttribute("aria-label");
  float.querySelector("button:not([disabled])")?.focus();
  float.opener = button;
});
float?.addEventListener("toggle", (event) => {
  if (event.newState === "closed" && float.contains(document.activeElement)) float.opener?.focus();
});
float?.addEventListener("click", (event) => {
  const chosen = event.target.closest("button");
  if (!chosen) return;
  const card = chosen.dataset.pick && cardOf(chosen.dataset.pick);
  if (card && bar) {
    pick(card, true);
    selection();
  }
  setTimeout(() => float.hidePopover(), 0);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog) showDialog();
});
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.matches?.("form[data-closes]")) dialog.close();
});

function walk(event, items) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return false;
  const here = items.indexOf(document.activeElement);
  items[(here + step + items.length) % items.length]?.focus();
  event.preventDefault();
  return true;
}
float?.addEventListener("keydown", (event) => walk(event, [...float.querySelectorAll("button:not([disabled])")]));

/* ---------- the keyboard: arrows walk, Alt with an arrow moves, m opens the menu, x chooses ---------- */

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

board?.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".card");
  if (!card || event.target.matches("input, textarea, select")) return;
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.altKey && sideways) {
    event.preventDefault();
    const columns = [...board.querySelectorAll(".col")];
    const target = columns[columns.indexOf(card.closest(".col")) + sideways];
    const list = target?.querySelector("ol.cards");
    if (!list) return;
    const from = card.dataset.stage;
    card.dataset.stage = list.dataset.stage;
    list.prepend(card);
    card.querySelector(".name").focus();
    return void move(card, list.dataset.stage, from);
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
  } else if (event.key === "x") {
    event.preventDefault();
    pick(card, !card.classList.contains("picked"));
    selection();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});

/* ---------- folding, empty columns: remembered for each person ---------- */

board?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (!button) return;
  const column = button.closest(".col");
  column.classList.toggle("folded");
  column.querySelector(column.classList.contains("folded") ? ".unfold" : ".tools [data-fold]").focus();
  send(`/board/stages/${button.dataset.fold}/fold`, { on: column.classList.contains("folded") ? "1" : "0" });
});
document.querySelector("[data-empty]")?.addEventListener("click", ({ currentTarget: button }) => {
  const hide = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(hide));
  board.classList.toggle("hide-empty", hide);
  send("/board/empty", { on: hide ? "0" : "1" });
});

/* ---------- choosing several ---------- */

const bar = document.querySelector(".selbar");
let allOfThem = false;

function pick(card, on) {
  card.classList.toggle("picked", on);
  card.querySelector(".box").checked = on;
}
const picked = () => [...document.querySelectorAll(".card.picked")];

function selection() {
  if (!bar) return;
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
    const format = new Intl.NumberFormat(board.dataset.lang, { style: "currency", currency, minimumFractionDigits: 0 });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  });
  bar.querySelector("[data-picked-sum]").textContent = allOfThem ? "" : money.join(" · ");
}

board?.addEventListener("change", (event) => {
  if (!event.target.matches(".card .box")) return;
  pick(event.target.closest(".card"), event.target.checked);
  allOfThem = false;
  selection();
});
bar?.addEventListener("click", async (event) => {
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
    await htmx.ajax("GET", address, { target: "#dialog", swap: "innerHTML", values: {} });
    dialog.querySelector("[name=ids]")?.setAttribute("value", ids);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !dialog?.open && picked().length && !float?.matches(":popover-open")) {
    bar.querySelector("[data-unpick]").click();
  }
});

/* ---------- time passes ---------- */

const LOCALE = board?.dataset.lang === "en" ? "en-GB" : board?.dataset.lang;
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
function brief(seconds) {
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count) {
      return new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay: "short" }).format(count);
    }
  }
  return board.dataset.nowWord;
}
function tick() {
  const since = (iso) => Math.max(0, (Date.now() - new Date(iso)) / 1000);
  for (const pill of document.querySelectorAll(".pill[data-since]")) {
    const seconds = since(pill.dataset.since);
    pill.querySelector(".t").textContent = brief(seconds);
    pill.classList.toggle("late", seconds >= 3600);
    pill.classList.toggle("wait", seconds >= 600 && seconds < 3600);
    pill.classList.toggle("plain", seconds < 600);
  }
  for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = brief(since(time.dateTime));
}

/* ---------- a phone shows one stage at a time, and its row of stages follows ---------- */

function stagesRow() {
  for (const link of document.querySelectorAll(".stages a")) {
    const column = document.querySelector(link.getAttribute("href"));
    if (column) link.querySelector(".n").textContent = column.querySelector(".col-head .n").textContent;
  }
}
function followStages() {
  const links = [...document.querySelectorAll(".stages a")];
  const watch = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) continue;
        for (const link of links) link.toggleAttribute("aria-current", link.getAttribute("href") === `#${target.id}`);
      }
    },
    { root: board, threshold: 0.6 },
  );
  for (const column of board.querySelectorAll(".col")) watch.observe(column);
}

if (board) {
  for (const list of document.querySelectorAll("ol.cards, .bin, .stages a")) sortable(list);
  followStages();
  setInterval(tick, 15000);
  listen(board.dataset.liveFrom, { board: apply, typing: typing });
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
