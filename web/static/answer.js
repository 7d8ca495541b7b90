"use strict";
// What is written under a talk: answers, notes, changes. It is kept until the server has it.

const about = document.getElementById("about");
const draftName = `draft:${dealId}`;
let mode = "answer";
// What is typed, by whom it is for: a note's words are never in the field of an answer.
let drafts = { answer: "", note: "" };
// What was typed as an answer and not changed since it was made a note.
let carried = null;
let replyTo = null;
let changing = null;
let changeKey = null;
// What was being written when a message was chosen to be answered or changed.
let before = mode;

/** Show what is typed for the customer, or for the team alone. */
function show(wanted) {
  mode = wanted;
  composer.classList.toggle("noting", mode === "note");
  for (const button of composer.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  composer.querySelector("[data-mode=note] .aside").hidden = mode === "note" || !drafts.note;
  field.placeholder = field.dataset[mode];
  field.value = drafts[mode];
  grow();
}
composer.querySelector(".seg").addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-mode]")?.dataset.mode;
  if (!wanted) return;
  const was = changing ? null : mode;
  if (wanted !== was) {
    keepDraft();
    drop();
    if (was) carry(was, wanted);
    show(wanted);
    keepDraft();
  }
  field.focus();
});

/** Whoever has begun an answer may make a note of it, and think better of it; what is a note stays one. */
function carry(from, to) {
  const words = drafts[from];
  const goes = to === "note" ? words && !drafts.note : words === carried;
  carried = goes && to === "note" ? words : null;
  if (!goes) return;
  drafts[from] = "";
  drafts[to] = words;
}

function keepDraft() {
  if (changing) return;
  drafts[mode] = field.value;
  keep(draftName, drafts.answer || drafts.note ? { ...drafts, mode } : null);
}
function findDraft() {
  const { mode: itsMode, ...found } = keptAs(draftName) ?? { mode, answer: "", note: "" };
  drafts = found;
  show(itsMode);
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
findDraft();
addEventListener("storage", ({ key }) => {
  // What is sent from another tab does not stand here to be sent once more.
  if (key === MINE + draftName && !changing && !document.hasFocus()) findDraft();
});

/** Let go of the message that is answered or changed; what was being written comes back as what it was. */
function drop() {
  const comesBack = changing || (replyTo && !field.value);
  about.hidden = true;
  replyTo = changing = null;
  if (comesBack) show(before);
}
/** Set aside what is being written, as a message was chosen to be answered or changed. */
function setAside() {
  drop();
  keepDraft();
  before = mode;
  show("answer");
}
function tell(who, words) {
  about.hidden = false;
  about.querySelector("b").textContent = who;
  about.querySelector("span span").textContent = words;
  field.focus();
}
about.querySelector("[data-drop]").addEventListener("click", () => { drop(); field.focus(); });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reply], [data-change], [data-take-back]");
  if (!button) return;
  button.closest("details").open = false;
  const { reply, change, takeBack, words, whom } = button.dataset;
  if (reply) {
    setAside();
    replyTo = reply;
    tell(whom, words);
  } else if (change) {
    setAside();
    changing = change;
    changeKey = newKey();
    field.value = words;
    grow();
    tell(button.textContent.trim(), words);
  } else {
    act(`/messages/${takeBack}/take-back`, { key: newKey() });
  }
});

field.addEventListener("keydown", (event) => {
  const isLine = event.shiftKey || event.altKey || event.isComposing || !HAS_KEYS || !("enterSends" in page.dataset);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey || !isLine)) {
    event.preventDefault();
    composer.requestSubmit();
  }
  if (event.key === "Escape") about.hidden ? feed.focus() : drop();
});

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (changing) return text && sendChange(text);
  if (mode === "answer" && files.some((one) => one.missing)) return toast(attachAgain(files));
  // Nothing goes without what was attached to it: it is taken out first.
  const refusedFile = mode === "answer" && files.find((one) => one.refused);
  if (refusedFile) return toast(refusedFile.why);
  const mine = mode === "note" ? [] : files.splice(0);
  if (!text && !mine.length) return field.focus();
  const key = newKey();
  const message = { at: Date.now(), key, mode, text, fields: [["text", text], ["key", key]], files: mine };
  if (replyTo) message.fields.push(["reply_to", replyTo]);
  before = mode;
  field.value = drafts[mode] = "";
  drop();
  keepDraft();
  grow();
  showFiles();
  field.focus();
  deliver(message, going(message));
});

async function sendChange(text) {
  const what = changing;
  if ((await act(`/messages/${what}/change`, { text, key: changeKey })) && changing === what) drop();
}
