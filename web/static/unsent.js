"use strict";
// Messages on their way to the server: each is kept until it is there, over a reload too, or is given back.

const unsentKey = `unsent:${dealId}`;
const waiting = new Set();

/** Remember what has not arrived; of files those that are there already. */
function keepUnsent() {
  const there = ({ name, title }) => (name ? [{ name, title }] : []);
  const all = [...waiting].map((one) => ({ ...one, files: one.files.flatMap(there) }));
  const kept = all.filter(({ text, files }) => text || files.length);
  if (kept.length) sessionStorage.setItem(unsentKey, JSON.stringify(kept));
  else sessionStorage.removeItem(unsentKey);
}
function arrived(message) {
  waiting.delete(message);
  keepUnsent();
}

/** The bubble of a message that is on its way. */
function going(message) {
  const bubble = document.getElementById("going").content.cloneNode(true).firstElementChild;
  const titles = message.files.map(({ title }) => title);
  bubble.querySelector(".words").textContent = [message.text, ...titles].filter(Boolean).join("\n");
  bubble.querySelector(".for-team").hidden = message.mode !== "note";
  bubble.querySelector("time").textContent = clock(new Date());
  bubble.dataset.key = "1";
  behindAll.before(bubble);
  toEnd();
  return bubble;
}

async function deliver(message, bubble) {
  waiting.add(message);
  keepUnsent();
  bubble.querySelector(".under")?.remove();
  bubble.querySelector("[data-going]").hidden = false;
  bubble.firstElementChild.className = "bubble going";
  const address = message.mode === "note" ? composer.dataset.note : composer.action;
  let answer;
  try {
    for (const one of message.files) one.name ??= await one.sent;
    keepUnsent();
    answer = await send(address, [...message.fields, ...message.files.map((one) => ["upload", one.name])]);
  } catch (error) {
    return error.refused ? refused(message, bubble) : notSent(message, bubble);
  }
  // What stands before the server cannot know whether the message is there; by the same name it comes once.
  if (!answer.ok) return answer.headers.has("HX-Trigger") ? refused(message, bubble) : notSent(message, bubble);
  arrived(message);
  bubble.remove();
  put(await answer.text(), true);
}

/** Back to be written anew; but never what is for the team into an answer, nor into a message that is being changed. */
function refused(message, bubble) {
  if (!changing && mode === message.mode) giveBack(message, bubble);
  else notSent(message, bubble, page.dataset.refused);
}

function giveBack(message, bubble) {
  arrived(message);
  bubble.remove();
  setMode(message.mode);
  if (message.text) field.value = field.value ? `${message.text}\n${field.value}` : message.text;
  keepDraft();
  grow();
  files.push(...message.files.filter((one) => one.file && !one.failed));
  showFiles();
}

/** It stays here, to be sent again by the same name. */
function notSent(message, bubble, why = page.dataset.unsent) {
  bubble.firstElementChild.className = "bubble failed";
  bubble.querySelector("[data-going]").hidden = true;
  bubble.querySelector(".under")?.remove();
  const under = document.getElementById("unsent").content.cloneNode(true).firstElementChild;
  under.querySelector(".why").textContent = why;
  under.querySelector("[data-again]").addEventListener("click", () => {
    for (const one of message.files) if (one.failed) upload(one);
    deliver(message, bubble);
  });
  under.querySelector("[data-forget]").addEventListener("click", () => {
    if (!changing && (mode === message.mode || !field.value)) return giveBack(message, bubble);
    arrived(message);
    bubble.remove();
  });
  bubble.append(under);
  toEnd();
}

// What was on its way when the page was left.
for (const message of JSON.parse(sessionStorage.getItem(unsentKey) ?? "[]")) {
  waiting.add(message);
  notSent(message, going(message));
}
