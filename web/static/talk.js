"use strict";
// An open talk: it grows by itself, and older messages come as one scrolls up.

const page = document.getElementById("deal-page");
const feed = document.getElementById("feed");
const newest = document.getElementById("newest");
const composer = document.getElementById("answer");
const field = document.getElementById("text");
const dealId = page.dataset.deal;
const NEAR = 120;
const HAS_KEYS = matchMedia("(hover: hover) and (pointer: fine)").matches;

// ---------- the talk ----------

const isAtEnd = () => feed.scrollHeight - feed.scrollTop - feed.clientHeight < NEAR;
const toEnd = () => { feed.scrollTop = feed.scrollHeight; };

/** Put messages in their places: known ones in place of what they were, new ones behind those before them. */
function put(html, mine = false) {
  const stay = isAtEnd() || mine;
  const first = Number(feed.querySelector("[data-id]")?.dataset.id ?? 0);
  let day = null;
  for (const fresh of [...drawn(html).children]) {
    const known = fresh.id && document.getElementById(fresh.id);
    if (fresh.matches(".day")) {
      day = known ? null : fresh;
      continue;
    }
    if (known) {
      if (fresh.matches(".event")) continue;
      later.delete(known.id);
      if (isPlaying(known)) later.set(known.id, fresh);
      else if (!known.isEqualNode(fresh)) exchange(known, fresh);
      continue;
    }
    if (fresh.matches(".event") || Number(fresh.dataset.id) > first) {
      if (fresh.matches(".msg:not(.out)")) showTyping(false);
      const place = behind(fresh);
      if (day) place.before(day);
      day = null;
      place.before(fresh);
    } else continue;
    htmx.process(fresh);
  }
  if (stay) toEnd();
  else newest.hidden = false;
  look();
}

/** What a new element stands before: whatever is on its way comes last. */
function behind(fresh) {
  const id = Number(fresh.dataset.id ?? Infinity);
  let place = behindAll;
  for (let one = feed.lastElementChild; one; one = one.previousElementSibling) {
    if (one === behindAll || one.dataset.key) { place = one; continue; }
    if (one.dataset.id && Number(one.dataset.id) > id) place = one;
    else if (one.dataset.id) break;
  }
  return place;
}
const behindAll = document.createElement("span");
behindAll.hidden = true;
feed.append(behindAll);

toEnd();
addEventListener("load", toEnd, { once: true });
let wasAtEnd = true;
// Pictures that arrive make the talk longer, several at once perhaps.
feed.addEventListener("load", () => { if (wasAtEnd) toEnd(); }, true);
let lastTop = 0;
feed.addEventListener("scroll", () => {
  // Only whoever goes up leaves the end: what comes below goes on while one is told that one is there.
  const goesUp = feed.scrollTop < lastTop;
  lastTop = feed.scrollTop;
  if (goesUp || isAtEnd()) wasAtEnd = isAtEnd();
  if (wasAtEnd) newest.hidden = true;
});
// As what one writes grows, the talk has less room.
new ResizeObserver(() => { if (wasAtEnd) toEnd(); }).observe(feed);
newest.addEventListener("click", () => { toEnd(); field.focus(); });
// Whoever has keys wants to answer; on a touch screen the keys would cover the talk.
if (HAS_KEYS && !location.hash) field.focus({ preventScroll: true });

let loading = false;
const sight = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) loadOlder(); }, { root: feed, rootMargin: "400px 0px 0px" });
async function loadOlder() {
  const mark = document.getElementById("older");
  if (!mark || loading) return;
  loading = true;
  try {
    const older = await asked(`/deals/${dealId}/messages?before=${mark.dataset.before}&until=${mark.dataset.until}`);
    if (!older) return;
    for (const day of older.querySelectorAll(".day")) document.getElementById(day.id)?.remove();
    const below = feed.scrollHeight - feed.scrollTop;
    const fresh = [...older.children];
    mark.replaceWith(older);
    for (const one of fresh) htmx.process(one);
    feed.scrollTop = feed.scrollHeight - below;
    watchOlder();
  } finally {
    loading = false;
  }
}
function watchOlder() {
  const mark = document.getElementById("older");
  if (mark) sight.observe(mark);
}
watchOlder();

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-to]");
  if (!link) return;
  event.preventDefault();
  const there = document.getElementById(link.dataset.to);
  there?.scrollIntoView({ block: "center" });
  there?.classList.add("found");
  setTimeout(() => there?.classList.remove("found"), 1600);
});

// ---------- live ----------

const TYPING_MS = 6000;
let typingTimer = null;

const stop = listen(`/deals/${dealId}/live?since=${page.dataset.position}`, {
  deal: ({ everything, gone, messages, parts }) => {
    if (everything) return location.reload();
    if (gone) return leaveTalk(gone);
    if (messages) put(messages);
    if (parts) putParts(drawn(parts));
    staleQueue();
  },
  typing: ({ conversations }) => {
    if (conversations.includes(Number(page.dataset.conversation))) showTyping(true);
  },
});

/** Somebody else has the deal now: what stands here may not be added to. */
function leaveTalk(words) {
  stop();
  toast(words, "wait");
  for (const one of composer.elements) one.disabled = true;
  field.placeholder = words;
}
function showTyping(types) {
  clearTimeout(typingTimer);
  typingTimer = types ? setTimeout(showTyping, TYPING_MS, false) : null;
  document.querySelector(".talk-head .typing-line").hidden = !types;
}
document.addEventListener("parts", () => {
  showTab();
  document.querySelector(".talk-head .typing-line").hidden = typingTimer === null;
});

/** Whoever looks at the end of a talk has seen what stands there. */
let seen = 0;
async function look() {
  const last = Number([...feed.querySelectorAll(".msg:not(.out)")].at(-1)?.dataset.id ?? 0);
  if (last <= seen || document.hidden || !document.hasFocus() || !isAtEnd()) return;
  seen = last;
  try {
    await send(`/deals/${dealId}/seen`, { up_to: last }, { headers: BY_ITSELF });
  } catch {
    seen = 0;
  }
}
document.addEventListener("visibilitychange", look);
addEventListener("focus", look);
feed.addEventListener("scroll", look);
look();
