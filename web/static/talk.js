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
  showTyping(false);
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
      if (fresh.matches(".event") || known.isEqualNode(fresh) || isPlaying(known)) continue;
      known.replaceWith(fresh);
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
  look();
}

/** Whether somebody listens to a message, which then stays as it is. */
const isPlaying = (message) => [...message.querySelectorAll("audio, video")].some((one) => !one.paused);

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
let wasAtEnd = true;
feed.addEventListener("scroll", () => {
  wasAtEnd = isAtEnd();
  if (wasAtEnd) newest.hidden = true;
});
// As what one writes grows, the talk has less room.
new ResizeObserver(() => { if (wasAtEnd) toEnd(); }).observe(feed);
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
    const older = drawn(await answer.text());
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
let queueTimer = null;
let typingTimer = null;

const stop = listen(`/deals/${dealId}/live?since=${page.dataset.position}`, {
  deal: ({ everything, gone, messages, parts }) => {
    if (everything) return location.reload();
    if (gone) return leaveTalk(gone);
    if (messages) put(messages);
    if (parts) putParts(parts);
    queueTimer ??= setTimeout(loadQueue, 3000);
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

function loadQueue() {
  queueTimer = null;
  const list = document.getElementById("queue-list");
  if (!list || document.hidden || list.scrollTop > 0 || list.contains(document.activeElement)) return;
  htmx.ajax("GET", `/queue?list=${list.dataset.list}&here=${dealId}`, { target: "#queue", swap: "innerHTML" });
}

/** Whoever looks at the end of a talk has seen what stands there. */
let seen = 0;
async function look() {
  const last = Number([...feed.querySelectorAll(".msg:not(.out)")].at(-1)?.dataset.id ?? 0);
  if (last <= seen || document.hidden || !document.hasFocus() || !isAtEnd()) return;
  seen = last;
  try {
    await send(`/deals/${dealId}/seen`, { up_to: last });
  } catch {
    seen = 0;
  }
}
document.addEventListener("visibilitychange", look);
addEventListener("focus", look);
feed.addEventListener("scroll", look);
look();

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
let saidTyping = 0;
function sayTyping() {
  if (mode !== "answer" || changing || Date.now() - saidTyping < TYPING_MS / 2) return;
  saidTyping = Date.now();
  send(`/deals/${dealId}/typing`, {}).catch(() => {});
}
field.addEventListener("input", () => { keepDraft(); grow(); sayTyping(); });
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

composer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (changing) return text && sendChange(text);
  const mine = mode === "note" ? [] : files.splice(0);
  if (!text && !mine.length) return field.focus();
  const fields = [["text", text], ["key", newKey()]];
  if (replyTo) fields.push(["reply_to", replyTo]);
  field.value = "";
  sessionStorage.removeItem(draftKey);
  drop();
  grow();
  showFiles();
  field.focus();
  if (mode === "note") sendNote(text, fields);
  else sendAnswer({ text, fields, files: mine }, going([text, ...mine.map((one) => one.file.name)].filter(Boolean).join("\n")));
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

async function sendAnswer(message, bubble) {
  bubble.querySelector(".under")?.remove();
  bubble.firstElementChild.className = "bubble going";
  let answer;
  try {
    for (const one of message.files) one.name ??= await one.sent;
    answer = await send(composer.action, [...message.fields, ...message.files.map((one) => ["upload", one.name])]);
  } catch (error) {
    if (error.refused) return takeBackInto(message, bubble);
    unsent(message, bubble);
    return;
  }
  if (!answer.ok) return takeBackInto(message, bubble);
  bubble.remove();
  put(await answer.text(), true);
}

function takeBackInto(message, bubble) {
  bubble.remove();
  giveBack(message.text);
  files.push(...message.files.filter((one) => !one.failed));
  showFiles();
}

/** There is no connection: it stays here, to be sent again by the same name. */
function unsent(message, bubble) {
  bubble.firstElementChild.className = "bubble failed";
  const under = document.getElementById("unsent").content.cloneNode(true).firstElementChild;
  under.querySelector(".why").textContent = page.dataset.unsent;
  under.querySelector("[data-again]").addEventListener("click", () => {
    for (const one of message.files) if (one.failed) upload(one);
    sendAnswer(message, bubble);
  });
  under.querySelector("[data-forget]").addEventListener("click", () => takeBackInto(message, bubble));
  bubble.append(under);
  toEnd();
}

function giveBack(text) {
  if (!text) return;
  field.value = field.value ? `${text}\n${field.value}` : text;
  keepDraft();
  grow();
}

async function sendNote(text, fields) {
  try {
    const answer = await send(composer.dataset.note, fields);
    if (!answer.ok) giveBack(text);
  } catch {
    giveBack(text);
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

// ---------- files ----------

const MOST_FILES = 10;
const MOST_BYTES = 20 * 1024 * 1024;
const fileList = document.getElementById("files");
let files = [];

function addFiles(found) {
  for (const file of found) {
    if (files.length >= MOST_FILES) break;
    if (file.size > MOST_BYTES) {
      toast(page.dataset.tooLarge.replace("{name}", file.name));
      continue;
    }
    const one = { file, row: document.getElementById("file").content.cloneNode(true).firstElementChild };
    draw(one);
    upload(one);
    files.push(one);
  }
  showFiles();
  field.focus();
}

function draw(one) {
  one.row.querySelector("b").textContent = one.file.name;
  if (/^image\/(jpeg|png|gif|webp)$/.test(one.file.type)) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(one.file);
    one.row.querySelector(".pic").replaceChildren(image);
  }
  const button = one.row.querySelector("button");
  button.setAttribute("aria-label", page.dataset.remove.replace("{name}", one.file.name));
  button.addEventListener("click", () => {
    one.request.abort();
    files = files.filter((other) => other !== one);
    showFiles();
    field.focus();
  });
}

function showFiles() {
  fileList.replaceChildren(...files.map((one) => one.row));
  fileList.hidden = !files.length;
}

/** Send a file ahead of its message; `sent` becomes the name by which the message uses it. */
function upload(one) {
  const request = new XMLHttpRequest();
  const progress = one.row.querySelector("progress");
  one.request = request;
  one.failed = false;
  one.sent = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => { progress.value = (100 * event.loaded) / event.total; });
    request.addEventListener("load", () => {
      if (request.status === 201) {
        progress.value = 100;
        resolve(JSON.parse(request.response).name);
        return;
      }
      one.failed = true;
      toast(request.response);
      reject(Object.assign(new Error(request.response), { refused: true }));
    });
    request.addEventListener("error", () => {
      one.failed = true;
      reject(new TypeError("no connection"));
    });
  });
  one.sent.catch(() => {
    if (!files.includes(one)) return;
    one.row.classList.add("bad");
  });
  request.open("POST", "/uploads");
  request.setRequestHeader("X-CSRF-Token", sentWith["X-CSRF-Token"]);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-File-Name", encodeURIComponent(one.file.name));
  request.send(one.file);
}

document.getElementById("pick").addEventListener("change", (event) => {
  addFiles(event.target.files);
  event.target.value = "";
});
field.addEventListener("paste", (event) => {
  if (mode !== "answer" || !event.clipboardData.files.length) return;
  event.preventDefault();
  addFiles(event.clipboardData.files);
});
const talkColumn = document.querySelector(".talk");
for (const kind of ["dragenter", "dragover"]) {
  talkColumn.addEventListener(kind, (event) => {
    if (mode !== "answer" || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    composer.classList.add("over");
  });
}
talkColumn.addEventListener("dragleave", (event) => { if (!talkColumn.contains(event.relatedTarget)) composer.classList.remove("over"); });
talkColumn.addEventListener("drop", (event) => {
  composer.classList.remove("over");
  if (mode !== "answer" || !event.dataTransfer.files.length) return;
  event.preventDefault();
  addFiles(event.dataTransfer.files);
});

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
