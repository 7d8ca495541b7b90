"use strict";
// An open talk: it grows by itself, older messages come as one scrolls up, and answers are written under it.

const page = document.getElementById("deal-page");
const feed = document.getElementById("feed");
const newest = document.getElementById("newest");
const composer = document.getElementById("answer");
const field = document.getElementById("text");
const about = document.getElementById("about");
const dealId = page.dataset.deal;
const NEAR = 120;

// ---------- the talk ----------

const isAtEnd = () => feed.scrollHeight - feed.scrollTop - feed.clientHeight < NEAR;
const toEnd = () => { feed.scrollTop = feed.scrollHeight; };

/** Put messages in their places: known ones in place of what they were, new ones behind those before them. */
function put(html, mine = false) {
  const stay = isAtEnd() || mine;
  const first = Number(feed.querySelector("[data-id]")?.dataset.id ?? 0);
  let day = null;
  for (const fresh of [...elements(html).children]) {
    const known = fresh.id && document.getElementById(fresh.id);
    if (fresh.matches(".day")) {
      day = known ? null : fresh;
      continue;
    }
    if (known) {
      if (!fresh.matches(".event")) known.replaceWith(fresh);
    } else if (fresh.matches(".event") || Number(fresh.dataset.id) > first) {
      const place = behind(fresh);
      if (day) place.before(day);
      day = null;
      place.before(fresh);
    } else continue;
    htmx.process(fresh);
  }
  if (stay) toEnd();
  else newest.hidden = false;
}

/** What a new element stands before: whatever is on its way comes last. */
function behind(fresh) {
  const id = Number(fresh.dataset.id ?? Infinity);
  let place = end;
  for (let one = feed.lastElementChild; one; one = one.previousElementSibling) {
    if (one === end || one.dataset.key) { place = one; continue; }
    if (one.dataset.id && Number(one.dataset.id) > id) place = one;
    else if (one.dataset.id) break;
  }
  return place;
}
const end = document.createElement("span");
end.hidden = true;
feed.append(end);

toEnd();
addEventListener("load", toEnd, { once: true });
feed.addEventListener("load", (event) => {
  // A picture that arrives makes the talk longer.
  if (event.target.matches("img") && feed.scrollHeight - feed.scrollTop - feed.clientHeight < NEAR + event.target.clientHeight) toEnd();
}, true);
feed.addEventListener("scroll", () => { if (isAtEnd()) newest.hidden = true; });
newest.addEventListener("click", () => { toEnd(); field.focus(); });

let loading = false;
const sight = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) loadOlder(); }, { root: feed, rootMargin: "400px 0px 0px" });
async function loadOlder() {
  const mark = document.getElementById("older");
  if (!mark || loading) return;
  loading = true;
  try {
    const answer = await fetch(`/deals/${dealId}/messages?before=${mark.dataset.before}&until=${mark.dataset.until}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const older = elements(await answer.text());
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

let position = page.dataset.position;
let lostAt = null;
let gone = false;
let queueTimer = null;

function showLive(look) {
  const mark = document.getElementById("live");
  if (!mark) return;
  mark.className = `live no-phone ${look}`.trim();
  const time = (lostAt ?? new Date()).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const words = { lost: page.dataset.lost.replace("{time}", time), catching: page.dataset.catching, "": page.dataset.live }[look];
  if (mark.textContent !== words) mark.textContent = words;
}
const lookNow = () => (lostAt ? "lost" : "");

function listen() {
  const stream = new EventSource(`/deals/${dealId}/live?since=${position}`);
  const reached = (event) => { if (event.lastEventId) position = event.lastEventId; };
  stream.addEventListener("open", () => { if (lostAt) showLive("catching"); });
  stream.addEventListener("ready", (event) => { reached(event); lostAt = null; showLive(""); });
  stream.addEventListener("messages", (event) => put(event.data));
  stream.addEventListener("parts", (event) => putParts(event.data));
  stream.addEventListener("queue", () => { queueTimer ??= setTimeout(loadQueue, 1500); });
  stream.addEventListener("reload", () => location.reload());
  stream.addEventListener("gone", (event) => {
    gone = true;
    stream.close();
    toast(event.data, "wait");
    for (const one of composer.elements) one.disabled = true;
  });
  stream.addEventListener("error", () => {
    lostAt ??= new Date();
    showLive("lost");
    if (gone || stream.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, 4000);
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}
listen();
document.addEventListener("parts", () => { showLive(lookNow()); showTab(); });

function loadQueue() {
  queueTimer = null;
  const list = document.getElementById("queue-list");
  if (!list || document.hidden || list.scrollTop > 0 || list.contains(document.activeElement)) return;
  htmx.ajax("GET", `/queue?list=${list.dataset.list}&here=${dealId}`, { target: "#queue", swap: "innerHTML" });
}

// ---------- writing ----------

const draftKey = `draft:${dealId}`;
let mode = "answer";
let replyTo = null;
let changing = null;
let changeKey = null;

function setMode(wanted) {
  mode = wanted;
  composer.classList.toggle("noting", mode === "note");
  for (const button of composer.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  field.placeholder = field.dataset[mode];
  if (mode === "note") drop();
}
composer.querySelector(".seg").addEventListener("click", (event) => {
  const button = event.target.closest("[data-mode]");
  if (!button) return;
  setMode(button.dataset.mode);
  keepDraft();
  field.focus();
});

function keepDraft() {
  if (changing) return;
  if (field.value) sessionStorage.setItem(draftKey, JSON.stringify({ text: field.value, mode }));
  else sessionStorage.removeItem(draftKey);
}
function grow() {
  field.rows = Math.min(9, Math.max(1, field.value.split("\n").length));
}
field.addEventListener("input", () => { keepDraft(); grow(); });
const draft = JSON.parse(sessionStorage.getItem(draftKey) ?? "null");
if (draft) {
  field.value = draft.text;
  setMode(draft.mode);
  grow();
}

/** Let go of the message that is answered or changed. */
function drop() {
  about.hidden = true;
  replyTo = null;
  if (changing) {
    changing = null;
    field.value = JSON.parse(sessionStorage.getItem(draftKey) ?? "null")?.text ?? "";
    grow();
  }
}
function tell(who, words) {
  about.hidden = false;
  about.querySelector("b").textContent = who;
  about.querySelector("span span").textContent = words;
  field.focus();
}
about.querySelector("[data-drop]").addEventListener("click", () => { drop(); field.focus(); });

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-reply], [data-change], [data-take-back]");
  if (!button) return;
  button.closest("details").open = false;
  const { reply, change, takeBack, words, whom } = button.dataset;
  if (reply) {
    setMode("answer");
    drop();
    replyTo = reply;
    tell(whom, words);
  } else if (change) {
    setMode("answer");
    drop();
    changing = change;
    changeKey = newKey();
    field.value = words;
    grow();
    tell(button.textContent.trim(), words);
  } else {
    try {
      await send(`/messages/${takeBack}/take-back`, { key: newKey() });
    } catch {
      toast(document.body.dataset.failed);
    }
  }
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    composer.requestSubmit();
  }
  if (event.key === "Escape" && !about.hidden) drop();
});

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return field.focus();
  if (changing) return sendChange(text);
  const fields = { text, key: newKey() };
  if (replyTo) fields.reply_to = replyTo;
  field.value = "";
  sessionStorage.removeItem(draftKey);
  drop();
  grow();
  field.focus();
  if (mode === "note") sendNote(fields);
  else sendAnswer(fields, going(fields.text));
});

/** A message that is on its way to the server. */
function going(text) {
  const bubble = document.getElementById("going").content.cloneNode(true).firstElementChild;
  bubble.querySelector(".words").textContent = text;
  bubble.querySelector("time").textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  bubble.dataset.key = "1";
  end.before(bubble);
  toEnd();
  return bubble;
}

async function sendAnswer(fields, bubble) {
  bubble.querySelector(".under")?.remove();
  bubble.firstElementChild.className = "bubble going";
  let answer;
  try {
    answer = await send(composer.action, fields);
  } catch {
    unsent(fields, bubble);
    return;
  }
  bubble.remove();
  if (answer.ok) put(await answer.text(), true);
  else giveBack(fields.text);
}

/** There is no connection: it stays here, to be sent again by the same name. */
function unsent(fields, bubble) {
  bubble.firstElementChild.className = "bubble failed";
  const under = document.getElementById("unsent").content.cloneNode(true).firstElementChild;
  under.querySelector(".why").textContent = page.dataset.unsent;
  under.querySelector("[data-again]").addEventListener("click", () => sendAnswer(fields, bubble));
  under.querySelector("[data-forget]").addEventListener("click", () => { bubble.remove(); giveBack(fields.text); });
  bubble.append(under);
  toEnd();
}

function giveBack(text) {
  field.value = field.value ? `${text}\n${field.value}` : text;
  keepDraft();
  grow();
}

async function sendNote(fields) {
  try {
    const answer = await send(composer.dataset.note, fields);
    if (!answer.ok) giveBack(fields.text);
  } catch {
    giveBack(fields.text);
    toast(document.body.dataset.failed);
  }
}

async function sendChange(text) {
  try {
    const answer = await send(`/messages/${changing}/change`, { text, key: changeKey });
    if (answer.ok) drop();
  } catch {
    toast(document.body.dataset.failed);
  }
}

// ---------- parts of the page on a phone; photos ----------

let tab = "talk";
function showTab() {
  page.dataset.tab = tab;
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link !== page) link.toggleAttribute("aria-current", false);
  }
  document.querySelector(`a[data-tab="${tab}"]`)?.setAttribute("aria-current", "true");
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-tab]");
  if (!link) return;
  event.preventDefault();
  tab = link.dataset.tab;
  showTab();
  if (tab === "talk") toEnd();
});

const lightbox = document.getElementById("lightbox");
let photos = [];
let photo = 0;
function showPhoto(step) {
  photo = (photo + step + photos.length) % photos.length;
  lightbox.querySelector("img").src = photos[photo].dataset.full;
  lightbox.querySelector("img").alt = photos[photo].getAttribute("aria-label");
}
document.addEventListener("click", (event) => {
  const shot = event.target.closest("[data-full]");
  if (shot) {
    photos = [...feed.querySelectorAll("[data-full]")];
    photo = photos.indexOf(shot);
    showPhoto(0);
    lightbox.showModal();
  }
  const turn = event.target.closest("[data-turn]");
  if (turn) showPhoto(Number(turn.dataset.turn));
});
lightbox.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") showPhoto(-1);
  if (event.key === "ArrowRight") showPhoto(1);
});
