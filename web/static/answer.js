"use strict";
// What is written under a talk: answers, notes, changes. It is kept until the server has it.

const about = document.getElementById("about");
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

document.addEventListener("click", (event) => {
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
  const mine = mode === "note" ? [] : files.splice(0);
  if (!text && !mine.length) return field.focus();
  const message = { mode, text, fields: [["text", text], ["key", newKey()]], files: mine };
  if (replyTo) message.fields.push(["reply_to", replyTo]);
  field.value = "";
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
