/* The web chat: one script tag on any site, nothing else needed. It lives in a shadow root, so that no style gets in or
   out, and keeps to a strict content security policy: styles are constructed, and what people wrote is only ever text. */
(() => {
"use strict";

const LOOK = /*LOOK*/{};
const STYLE = /*STYLE*/"";
const tag = document.currentScript;
const API = new URL("chat/api/", tag.src);
const KEPT = "voronka-chat";
const MOST_FILES = 10, MOST_MB = 20;
const FULL = "full" in tag.dataset;

const asked = [tag.dataset.language, document.documentElement.lang, ...(navigator.languages || [])];
const language = asked.map((one) => (one || "").slice(0, 2).toLowerCase()).find((one) => one in LOOK.words) || LOOK.language;
const words = LOOK.words[language];
const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/* What the browser keeps: the token of this visitor, and how far he has read. */
const kept = (() => {
  // What could not be kept, as the site's storage is full or closed: the talk ends with the page.
  let memory = null;
  const read = () => {
    if (memory) return memory;
    try { return JSON.parse(localStorage.getItem(KEPT)) || {}; } catch { return {}; }
  };
  const write = (more) => {
    const all = { ...read(), ...more };
    try { localStorage.setItem(KEPT, JSON.stringify(all)); memory = null; } catch { memory = all; }
  };
  return { read, write };
})();

/* Requests. The token stands in a header, never in an address. */
class Refused extends Error {
  constructor(status, answer, after, token) {
    super(answer.error || String(status));
    Object.assign(this, { status, words: answer.words, after: Number(after) || 0, token });
  }
}
class TooLate extends Error {}
// Whoever answers no sooner is not waited for; the longest that is asked for on purpose waits 25 seconds.
const ANSWER_MS = 60_000;

function addressOf(path) {
  const address = new URL(path, API);
  address.searchParams.set("lang", language);
  return address;
}

async function ask(method, path, { json, headers = {}, signal, raw, anybody } = {}) {
  const token = anybody ? "" : kept.read().token;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (json) headers["Content-Type"] = "application/json";
  const giving = new AbortController(), giveUp = () => giving.abort();
  let isLate = false;
  const tooLate = setTimeout(() => { isLate = true; giveUp(); }, ANSWER_MS);
  signal?.addEventListener("abort", giveUp);
  try {
    const how = { method, body: json && JSON.stringify(json), headers, signal: giving.signal, credentials: "omit", referrerPolicy: "no-referrer" };
    const answer = await fetch(addressOf(path), how);
    // A file that is coming may take as long as it likes.
    if (raw) clearTimeout(tooLate);
    if (answer.ok) return await (raw ? answer.blob() : answer.json());
    const told = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, told, answer.headers.get("Retry-After"), token);
  } catch (failure) {
    throw isLate ? new TooLate() : failure;
  } finally {
    clearTimeout(tooLate);
    signal?.removeEventListener("abort", giveUp);
  }
}

/* A file may take long to leave, and is given up when nothing of it moves any more: fetch does not tell that. */
function upload(file) {
  const { token } = kept.read();
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    let stalled = 0;
    const moved = () => { clearTimeout(stalled); stalled = setTimeout(() => request.abort(), ANSWER_MS); };
    request.open("POST", addressOf("uploads"));
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.upload.onprogress = moved;
    request.onload = () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* What stands before the server says nothing of use. */ }
      if (request.status === 201) done(told.name);
      else fail(new Refused(request.status, told, request.getResponseHeader("Retry-After"), token));
    };
    request.onerror = () => fail(new TypeError("network"));
    request.onabort = () => fail(new TooLate());
    request.onloadend = () => clearTimeout(stalled);
    moved();
    request.send(file);
  });
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
/* Whoever waits to try again does so at once when there may be a connection again, or somebody looks. */
const resting = new Set();
async function rest(seconds) {
  let end;
  await new Promise((done) => { end = done; resting.add(end); setTimeout(end, seconds * 1000); });
  resting.delete(end);
}
// All pages hear of a server that is back at the same moment, and do not ask at the same one.
const pauseOf = (failure, pauses) => Math.max(pauses, failure.after || 0) * (1 + Math.random() / 4);

/* Elements: attributes, then children, of which strings are text. */
function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((one) => one != null && one !== ""));
  return made;
}

const SHAPES = {
  chat: "M3.5 5.5h13v9h-7l-3.5 3v-3h-2.5z",
  close: "m5.5 8 4.5 4.5L14.5 8",
  clip: "m15.8 9.2-5.9 5.9a3.6 3.6 0 0 1-5.1-5.1l6.2-6.2a2.4 2.4 0 0 1 3.4 3.4l-6 6a1.2 1.2 0 0 1-1.7-1.7l5.3-5.3",
  send: "M3.4 9.4 16.8 3.6l-4.6 13.2-2.7-5.6zm6.1 1.8 3-3.2",
  sending: "M10 4.5V10l3 2M10 2.5a7.5 7.5 0 1 0 .01 0",
  sent: "m4.5 10.6 3.6 3.6 7-8",
  read: "m2 10.6 3.6 3.6 7-8M9.4 13.3l.9.9 7.3-8",
};
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/* The shop's colour, and white or black on it, whichever is read better: one of them has 4.5:1 on every colour. */
const colour = [tag.dataset.colour, tag.dataset.color, LOOK.colour].find((one) => /^#[0-9a-f]{6}$/i.test(one || "")) || "#2f5d4e";
function inkOn(hex) {
  const part = (at) => { const c = parseInt(hex.slice(at, at + 2), 16) / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  return 1.05 / (light + 0.05) >= 4.5 ? "#ffffff" : "#000000";
}

/* What is known of the talk. */
const messages = new Map(); // by number
const pending = new Map(); // by key: what is not confirmed yet
const state = { number: 0, seen: 0, more: false, asks: false, there: false, open: FULL, loaded: false, stale: true, anew: false, told: 0, files: [] };

/* The parts that stay. */
const host = make("div", { lang: language, full: FULL, open: FULL });
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
root.adoptedStyleSheets = [sheet];
host.style.setProperty("--w-color", colour);
host.style.setProperty("--w-ink", inkOn(colour));

const count = make("span", { class: "count", hidden: true });
const launch = make("button", { class: "launch", type: "button", "aria-label": say("open"), "aria-expanded": "false", onclick: () => show(true) }, icon("chat"), count);
const presence = make("p");
const feed = make("div", { class: "feed", role: "log", "aria-label": say("log"), tabindex: "0" });
const status = make("p", { class: "status", role: "status" });
const chips = make("div", { class: "chips", hidden: true });
const field = make("textarea", { rows: "1", maxlength: "16000", placeholder: say("message"), "aria-label": say("message"), onkeydown: onKey, oninput: onInput, onpaste: onPaste });
const picker = make("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => { attach(picker.files); picker.value = ""; } });
const panel = make("section", { class: "panel", role: FULL ? "main" : "dialog", "aria-label": LOOK.name || say("title"), hidden: !FULL },
  make("header", {}, make("div", {}, make("h2", {}, LOOK.name || say("title")), presence),
    FULL ? null : make("button", { type: "button", "aria-label": say("close"), onclick: () => show(false) }, icon("close"))),
  feed, status, chips,
  make("form", { class: "type", onsubmit: (event) => { event.preventDefault(); send(); } },
    make("button", { type: "button", "aria-label": say("attach"), onclick: () => picker.click() }, icon("clip")), picker,
    make("label", {}, field),
    make("button", { class: "go", type: "submit", "aria-label": say("send") }, icon("send"))));
root.append(panel);
if (!FULL) root.append(launch);
panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && !FULL) show(false); });
panel.addEventListener("dragover", (event) => { event.preventDefault(); panel.classList.add("over"); });
panel.addEventListener("dragleave", () => panel.classList.remove("over"));
panel.addEventListener("drop", (event) => { event.preventDefault(); panel.classList.remove("over"); attach(event.dataTransfer.files); });

/* Showing. Nodes are kept by key and only put in order, so that a screen reader hears what is new and nothing else. */
const nodes = new Map(); // by key: the node and what it was made from
function node(key, version, build) {
  const known = nodes.get(key);
  if (known && known.version === version) return known.node;
  const made = { version, node: build() };
  nodes.set(key, made);
  return made.node;
}

const region = language === "en" ? "en-GB" : language;
const clock = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(region, { day: "numeric", month: "long", year: "numeric" });

function draw() {
  const below = feed.scrollHeight - feed.scrollTop - feed.clientHeight < 80;
  const wanted = [];
  let day = "", author = null, album = null;
  if (state.more) wanted.push(node("older", "", () => make("button", { class: "older", type: "button", onclick: loadOlder }, say("older"))));
  wanted.push(node("hello", "", () => make("div", { class: "msg" }, make("div", { class: "bubble" }, LOOK.greeting || say("hello")))));
  for (const one of [...messages.values()].sort((a, b) => a.id - b.id)) {
    const at = new Date(one.at), its = at.toDateString();
    if (its !== day) {
      const name = its === new Date().toDateString() ? say("today") : dayName.format(at);
      wanted.push(node(`day:${its}`, name, () => make("p", { class: "day" }, name)));
      day = its; author = null;
    }
    if (!one.his && one.from && one.from !== author) wanted.push(node(`from:${one.id}`, one.from, () => make("p", { class: "from" }, one.from)));
    author = one.his ? null : one.from;
    const tick = one.his ? (one.id <= state.seen ? "read" : "sent") : "";
    const joined = Boolean(one.album) && one.album === album;
    album = one.album;
    wanted.push(node(`message:${one.id}`, JSON.stringify([one, tick, joined]), () => bubble(one, tick, joined)));
  }
  for (const [key, one] of pending) wanted.push(node(`pending:${key}`, JSON.stringify([one.state, one.words]), () => unsent(key, one)));
  if (state.asks && (messages.size || pending.size)) wanted.push(node("ask", "", askContact));
  let at = feed.firstChild;
  for (const one of wanted) { if (one === at) at = at.nextSibling; else feed.insertBefore(one, at); }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
  if (below) feed.scrollTop = feed.scrollHeight;
  presence.textContent = state.loaded ? say(state.there ? "there" : "away") : "";
  drawCount();
  tellSeen();
}

function bubble(one, tick, joined) {
  const meta = make("span", { class: "meta" }, one.edited ? `${say("edited")} · ` : "", make("time", { datetime: one.at }, clock.format(new Date(one.at))));
  if (tick) meta.append(" ", icon(tick), make("span", { class: "sr" }, say(tick)));
  const inner = make("div", { class: "bubble" });
  if (one.answers != null) inner.append(make("blockquote", {}, one.answers || "📎"));
  if (one.file) inner.append(fileOf(one.file));
  inner.append(...linked(one.text), meta);
  return make("div", { class: `msg${one.his ? " his" : ""}${joined ? " joined" : ""}` }, inner);
}

/* Addresses in a text become links; nothing but http and https does. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/).map((part, place) =>
    place % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : part).filter(Boolean);
}

function unsent(key, one) {
  const names = one.files.map((file) => file.name).join(", ");
  const hasFailed = one.state === "failed";
  const mark = hasFailed ? null : make("span", { class: "meta" }, icon(one.state), make("span", { class: "sr" }, say(one.state)));
  const inner = make("div", { class: "bubble" }, [names, one.text].filter(Boolean).join("\n"), mark);
  const made = make("div", { class: `msg his${hasFailed ? " failed" : ""}` }, inner);
  const next = one.missing ? make("button", { type: "button", onclick: () => giveBack(key) }, say("attach"))
    : make("button", { type: "button", onclick: () => sendAgain(key) }, say("again"));
  if (hasFailed) made.append(make("p", { class: "trouble" }, `${say("failed")} ${one.words} `, next));
  return made;
}

const sizeOf = (bytes) => bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round((bytes || 0) / 1024))} kB`;
const isPicture = (file) => /^image\/(jpeg|png|gif|webp)$/.test(file.mime || "") || file.kind === "photo";
const blobs = new Map();
function blobOf(file) {
  if (!blobs.has(file.id)) blobs.set(file.id, ask("GET", `files/${file.id}`, { raw: true }).then((blob) => URL.createObjectURL(blob), (failure) => { blobs.delete(file.id); throw failure; }));
  return blobs.get(file.id);
}
function release(file) {
  blobs.get(file?.id)?.then(URL.revokeObjectURL, () => {});
  blobs.delete(file?.id);
}
function forget(id) {
  release(messages.get(id)?.file);
  nodes.delete(`message:${id}`);
  messages.delete(id);
}

function fileOf(file) {
  if (file.state !== "kept") return make("p", {}, say(file.state === "waiting" ? "coming" : "gone"));
  const name = file.name || say("photo");
  if (isPicture(file)) {
    const link = make("a", { class: "shot", target: "_blank", rel: "noopener", "aria-label": name });
    blobOf(file).then((url) => { link.href = url; link.append(make("img", { src: url, alt: name })); }, () => link.replaceWith(say("gone")));
    return link;
  }
  const player = { voice: "audio", audio: "audio", video: "video", video_note: "video", animation: "video" }[file.kind];
  const label = player ? say("play") : say("download", { name: file.name || "" });
  const button = make("button", { class: "file", type: "button", "aria-label": label }, icon(player ? "chat" : "clip"), `${file.name || label} · ${sizeOf(file.size)}`);
  button.addEventListener("click", async () => {
    try {
      const url = await blobOf(file);
      if (player) { const playing = make(player, { src: url, controls: true, autoplay: true }); button.replaceWith(playing); playing.focus(); }
      else { make("a", { href: url, download: file.name || "file" }).click(); setTimeout(() => release(file), 60_000); }
    } catch (failure) { note(failure.words || say("gone")); }
  });
  return button;
}

function askContact() {
  const contact = make("input", { autocomplete: "email", inputmode: "email", placeholder: say("contact"), "aria-label": say("contact"), required: true, maxlength: "120" });
  const name = make("input", { autocomplete: "name", placeholder: say("name"), "aria-label": say("name"), maxlength: "64" });
  const trouble = make("p", { class: "trouble", role: "alert" });
  const key = newKey();
  return make("form", { class: "ask", onsubmit: async (event) => {
    event.preventDefault();
    try {
      await begin();
      const saved = await ask("POST", "contact", { json: { key, contact: contact.value, name: name.value } });
      state.asks = false;
      note(say("saved", saved));
      draw();
    } catch (failure) { trouble.textContent = failure.words || say("offline"); }
  } }, make("p", {}, say("ask")), make("div", { class: "row" }, make("label", {}, contact), make("label", {}, name), make("button", { class: "main", type: "submit" }, say("save"))), trouble);
}

let noteEnds = 0;
function note(text, seconds = 6, dots = false) {
  clearTimeout(noteEnds);
  status.replaceChildren(...(dots ? [make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"))] : []), text);
  if (seconds) noteEnds = setTimeout(() => status.replaceChildren(), seconds * 1000);
}

function drawCount() {
  const read = kept.read().read || 0;
  const fresh = [...messages.values()].filter((one) => !one.his && one.id > read).length;
  count.hidden = !fresh || state.open;
  count.textContent = fresh > 9 ? "9+" : String(fresh);
  launch.setAttribute("aria-label", fresh ? `${say("open")}. ${say("new")}: ${fresh}` : say("open"));
}

function tellSeen() {
  if (!state.open || document.hidden) return;
  const newest = Math.max(0, ...[...messages.values()].filter((one) => !one.his).map((one) => one.id));
  if (newest <= state.told) return;
  state.told = newest;
  kept.write({ read: newest });
  drawCount();
  ask("POST", "seen", { json: { up_to: newest } }).catch(() => { state.told = 0; });
}

/* Opening and closing. */
function show(open) {
  state.open = open;
  panel.hidden = !open;
  launch.hidden = open;
  launch.setAttribute("aria-expanded", String(open));
  host.toggleAttribute("open", open);
  if (!open) { launch.focus(); return; }
  draw();
  feed.scrollTop = feed.scrollHeight;
  field.focus();
  wake();
}

/* What is typed. */
function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
}
let typedAt = 0;
function onInput() {
  field.style.height = "44px";
  field.style.height = `${Math.min(130, field.scrollHeight)}px`;
  if (state.number && Date.now() - typedAt > 3000 && field.value) { typedAt = Date.now(); ask("POST", "typing", { json: {} }).catch(() => {}); }
}
function onPaste(event) {
  if (event.clipboardData.files.length) { event.preventDefault(); attach(event.clipboardData.files); }
}
function attach(files) {
  for (const file of files) {
    if (file.size > MOST_MB * 1048576) note(say("large", { most: MOST_MB }));
    else if (state.files.length >= MOST_FILES) note(say("many", { most: MOST_FILES }));
    else state.files.push(file);
  }
  drawChips();
  field.focus();
}
function drawChips() {
  chips.hidden = !state.files.length;
  chips.replaceChildren(...state.files.map((file) => make("button", { type: "button", "aria-label": say("remove", { name: file.name }), onclick: () => { state.files = state.files.filter((one) => one !== file); drawChips(); field.focus(); } }, `${file.name} ×`)));
}

function send() {
  const text = field.value.trim();
  if (!text && !state.files.length) return;
  const key = newKey(), files = state.files;
  pending.set(key, messageOf(Date.now(), text, files));
  state.files = [];
  field.value = "";
  onInput();
  drawChips();
  draw();
  feed.scrollTop = feed.scrollHeight;
  deliver(key);
}

/* What is on its way: its state is "sending", "sent" until it comes back with the talk, or "failed" until a press. */
const messageOf = (at, text, files = []) => ({ at, text, files, uploads: new Map(), state: "sending", words: "", tries: 0, missing: null });
// What waited longer is not sent by itself, as the talk may have gone on without it; after a week it is forgotten.
const FRESH_MS = 10 * 60_000, KEPT_MS = 7 * 24 * 60 * 60_000;
// So often may one message alone be at fault before the next ones get their turn; one that is not answered counts double.
const MOST_TRIES = 4;
// What waits behind a file that takes long is no older for it.
let movedAt = 0;
const isFresh = (one) => Date.now() - Math.max(one.at, movedAt) < FRESH_MS;

/* One message after another leaves, in the order in which they were typed; the same key again is no second message. One
   that has failed lets the next ones by: it is shown as not sent, and comes behind them when it is sent again. */
let leaving = Promise.resolve();
function deliver(key) {
  keepUnsent(key);
  leaving = leaving.then(() => untilGone(key));
}
function sendAgain(key) {
  const one = pending.get(key);
  pending.delete(key);
  pending.set(key, Object.assign(one, { at: Date.now(), state: "sending", words: "", tries: 0 }));
  draw();
  feed.scrollTop = feed.scrollHeight;
  field.focus();
  deliver(key);
}
/* Back to be sent as a new message: a browser that has lost a file cannot be given the same one again. */
function giveBack(key) {
  const one = pending.get(key);
  confirm(key);
  field.value = [one.text, field.value].filter(Boolean).join("\n");
  state.files = [...one.files.filter((file) => !one.missing.includes(file)), ...state.files].slice(0, MOST_FILES);
  onInput();
  drawChips();
  draw();
  field.focus();
  picker.click();
}
function fail(key, one, why = "") {
  Object.assign(one, { state: "failed", words: why });
  keepUnsent(key);
  draw();
}

async function untilGone(key) {
  const one = pending.get(key);
  let hasPaused = false;
  for (let pauses = 1; pending.has(key) && one.state === "sending"; pauses = Math.min(15, pauses * 2)) try {
    if (!isFresh(one)) { fail(key, one); break; }
    await begin();
    await sendFiles(one);
    if (one.missing) { fail(key, one, `${one.missing.map((file) => file.name).join(", ")}: ${say("gone")}`); break; }
    const source = tag.dataset.source || new URLSearchParams(location.search).get("utm_source") || (FULL ? "" : location.hostname);
    await ask("POST", "messages", { json: { key, text: one.text, uploads: [...one.uploads.values()], source } });
    movedAt = Date.now();
    // It may have come back with the talk meanwhile; one that was there already never does.
    one.state = "sent";
    dropUnsent(key);
    draw();
    // From the first message on there is a talk to listen to.
    if (!state.number) load(true);
  } catch (failure) {
    if (failure.message === "upload-gone") one.uploads.clear();
    if (failure.status === 401) {
      // Files belong to whoever sent them, and he is somebody new now.
      one.uploads.clear();
      trouble(failure);
      load();
      if (one.tries++) { fail(key, one, failure.words); break; }
      continue;
    }
    // What was refused waits for a press; what found nobody is tried again, and is no second message by its key.
    if (failure.status && failure.status !== 408 && failure.status < 500) { fail(key, one, failure.words || say("offline")); break; }
    if (await isThere()) one.tries += failure instanceof TooLate ? 2 : 1;
    if (one.tries >= MOST_TRIES) { fail(key, one); break; }
    note(say("offline"), 0);
    hasPaused = true;
    await rest(pauseOf(failure, pauses));
  }
  if (hasPaused) status.replaceChildren();
}
async function sendFiles(one) {
  one.missing = null;
  const missing = [];
  // A browser reads a file when it sends it, and says of one that was removed no more than of a lost connection.
  for (const file of one.files) if (!one.uploads.has(file)) await file.slice(0, 1).arrayBuffer().catch(() => missing.push(file));
  if (missing.length) { one.missing = missing; return; }
  for (const file of one.files) if (!one.uploads.has(file)) {
    one.uploads.set(file, await upload(file));
    movedAt = Date.now();
  }
}
/* Whether the server answers something else: then what failed is at fault itself, and not the connection. */
const isThere = () => ask("GET", "allowed", { anybody: true }).then(() => true, () => false);

/* Words that have not left yet outlive the page, each by its key, as other tabs have theirs; files do not. */
const UNSENT = `${KEPT}:`;
function keepUnsent(key) {
  const { at, text, files, state: now } = pending.get(key) || {};
  if (!text || files.length) return;
  try { localStorage.setItem(UNSENT + key, JSON.stringify([at, text, now])); } catch { /* They end with the page. */ }
}
function dropUnsent(key) {
  try { localStorage.removeItem(UNSENT + key); } catch { /* There is nothing. */ }
}
function confirm(key) {
  pending.delete(key);
  dropUnsent(key);
}
function keptUnsent() {
  try { return Object.keys(localStorage).filter((one) => one.startsWith(UNSENT)).map((one) => [one.slice(UNSENT.length), ...JSON.parse(localStorage[one])]); } catch { return []; }
}
function goOn() {
  for (const [key, at, text, was] of keptUnsent().sort((a, b) => a[1] - b[1])) {
    const one = messageOf(at, text);
    if (Date.now() - at > KEPT_MS) { dropUnsent(key); continue; }
    pending.set(key, one);
    if (was !== "failed" && isFresh(one)) deliver(key);
    else fail(key, one);
  }
  draw();
}

let beginning = null;
async function begin() {
  if (kept.read().token) return;
  beginning ??= ask("POST", "start", { json: {} }).finally(() => { beginning = null; });
  const begun = await beginning;
  // Another tab may have begun meanwhile, and a visitor has one talk.
  if (!kept.read().token) kept.write(begun);
}

/* What comes. */
function take(news) {
  for (const one of news.messages || []) {
    messages.set(one.id, one);
    if (one.key) confirm(one.key);
  }
  if (news.typing !== undefined) Object.assign(state, { there: true, asks: false });
  (news.gone || []).forEach(forget);
  state.number = news.number ?? state.number;
  state.seen = news.seen ?? state.seen;
  if (news.typing !== undefined) note(news.typing ? say("typing", { name: news.typing }) : say("somebody"), 6, true);
  else if ((news.messages || []).some((one) => !one.his)) status.replaceChildren();
  draw();
}

/* The talk as it is now is asked for until it comes, and once more if it is known to be another one meanwhile. */
let loading = null;
/* Nothing is asked from a site where the chat may not stand, nor for somebody who was never in it. */
const isWanted = () => host.isConnected && (kept.read().token || FULL || state.open);
function load(again = false) {
  if (again) state.stale = true;
  if (!isWanted()) return;
  if (state.stale) loading ??= untilLoaded().finally(() => { loading = null; });
  else listen();
}
async function untilLoaded() {
  for (let pauses = 1; state.stale && isWanted();) try {
    await begin();
    state.stale = false;
    showTalk(await ask("GET", "talk"));
    if (pauses > 1) status.replaceChildren();
    pauses = 1;
  } catch (failure) {
    state.stale = true;
    trouble(failure);
    await rest(pauseOf(failure, pauses));
    pauses = Math.min(30, pauses * 2);
  }
  if (!state.stale) listen();
}
function showTalk(talk) {
  const held = new Set(talk.messages.map((one) => one.id)), first = Math.min(...held);
  if (!messages.size || state.anew) state.more = talk.more;
  // What the newest page does not hold is gone, or older than it, and then known unless too much was missed.
  for (const id of [...messages.keys()]) if (!held.has(id) && (state.anew || id > first)) forget(id);
  if (state.anew) state.told = 0;
  Object.assign(state, { there: talk.there, asks: talk.asks, loaded: true, anew: false });
  clampRead(talk);
  take(talk);
}
/* How far he has read is no further than the talk goes, or nothing that comes would be new to him. */
function clampRead(talk) {
  const newest = Math.max(0, ...talk.messages.map((one) => one.id)), { read = 0 } = kept.read();
  if (read <= newest) return;
  // An answer that was taken back had a number too. But a message is an event at least: what was read of a talk with
  // more of them is another one, as after a backup was restored, and of this one he knows what he wrote himself.
  kept.write({ read: read <= talk.number ? newest : Math.max(0, ...talk.messages.filter((one) => one.his).map((one) => one.id)) });
}

async function loadOlder() {
  const first = Math.min(...messages.keys());
  const height = feed.scrollHeight - feed.scrollTop;
  try {
    const page = await ask("GET", `messages?before=${first}`);
    state.more = page.more;
    take({ messages: page.messages });
    feed.scrollTop = feed.scrollHeight - height;
  } catch (failure) { trouble(failure); }
}

/* One request waits at the server for what is new. It is begun anew whenever another one would know more. */
let waiting = null, wait = 1;
async function listen() {
  waiting?.abort();
  if (isAsleep) return;
  const mine = waiting = new AbortController();
  while (waiting === mine) {
    try {
      const news = await ask("GET", `poll?after=${state.number}&seen=${state.seen}`, { signal: mine.signal });
      if (waiting !== mine) return;
      if (wait > 1) status.replaceChildren();
      wait = 1;
      // Whoever answers is there, whatever was said at the start; what comes by itself says nothing of that.
      if (news.messages?.some((one) => one.person && !messages.has(one.id))) Object.assign(state, { there: true, asks: false });
      if (news.again) { state.anew = true; load(true); return; }
      take(news);
    } catch (failure) {
      if (mine.signal.aborted) return;
      trouble(failure);
      await rest(pauseOf(failure, wait));
      wait = Math.min(30, wait * 2);
      if (state.stale) { load(); return; }
    }
  }
}

function trouble(failure) {
  if (failure.status === 401) {
    // Another request may have got a new token meanwhile, with which he has written already.
    if (failure.token === kept.read().token) kept.write({ token: "" });
    Object.assign(state, { number: 0, seen: 0, stale: true, anew: true });
  }
  else if (state.open) note(failure.status < 500 && failure.words || say("offline"), 0);
}
function wake() {
  wait = 1;
  for (const end of resting) end();
  load();
}
addEventListener("online", wake);

/* Browsers open few connections to one host: a page that nobody sees keeps none, and asks for what it missed when it is shown. */
const UNSEEN_SECONDS = 30;
let isAsleep = false, unseen = 0;
function look() {
  clearTimeout(unseen);
  if (document.hidden) { unseen = setTimeout(() => { isAsleep = true; waiting?.abort(); waiting = null; }, UNSEEN_SECONDS * 1000); return; }
  isAsleep = false;
  tellSeen();
  wake();
}
document.addEventListener("visibilitychange", look);

/* On a site that no admin has allowed nobody sees anything of it. */
async function isAllowed() {
  for (let pauses = 2; ; pauses = Math.min(60, pauses * 2)) try {
    const answer = await fetch(new URL("allowed", API), { credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) return (await answer.json()).allowed;
    throw new Refused(answer.status, {}, 0);
  } catch { await rest(pauses); }
}
async function place() {
  if (API.origin !== location.origin && !await isAllowed()) {
    console.warn(`Voronka: the chat may not stand on ${location.origin} yet. An admin allows it by sending to the bot: /webchat site ${location.origin}`);
    return;
  }
  document.body.append(host);
  draw();
  load();
  if (document.hidden) look();
  goOn();
}
if (document.body) place(); else addEventListener("DOMContentLoaded", place);
})();
