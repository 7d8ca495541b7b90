"use strict";
// Messages on their way to the server: each is kept until it is there, over a reload too, or is given back.

const unsentName = (message) => `unsent:${dealId}:${message.key}`;
// Whoever answers no sooner is not waited for: by the same name a message comes once.
const ANSWER_MS = 60000;
// A browser finishes what a page that was left has sent, if it is no more than so much.
const LASTS_BYTES = 60000;
const FRESH_MS = 10 * 60000;
const MOST_TRIES = 3;
const waiting = new Set();

/** Remember what has not arrived; of files those that are there already, and of the others that they were. */
function keepUnsent(message) {
  const files = message.files.map(({ name, title }) => ({ name, title }));
  keep(unsentName(message), { ...message, files });
}
function arrived(message) {
  waiting.delete(message);
  keep(unsentName(message), null);
}

/** The bubble of a message that is on its way. */
function going(message) {
  const bubble = document.getElementById("going").content.cloneNode(true).firstElementChild;
  const titles = message.files.map(({ title }) => title);
  bubble.querySelector(".words").textContent = [message.text, ...titles].filter(Boolean).join("\n");
  bubble.querySelector(".for-team").hidden = message.mode !== "note";
  bubble.querySelector("time").textContent = clock(new Date(message.at));
  bubble.dataset.key = message.key;
  waiting.add(message);
  behindAll.before(bubble);
  toEnd();
  return bubble;
}

/* One message after another leaves, in the order in which they were sent; one that fails lets the next ones by. */
let leaving = Promise.resolve();
function deliver(message, bubble) {
  message.going = true;
  keepUnsent(message);
  if (bubble.contains(document.activeElement)) field.focus();
  bubble.querySelector(".under")?.remove();
  bubble.querySelector("[data-going]").hidden = false;
  bubble.firstElementChild.className = "bubble going";
  // What is sent again comes after what was sent meanwhile.
  behindAll.before(bubble);
  leaving = leaving.then(() => letGo(message, bubble)).catch(reportError);
}

async function letGo(message, bubble, isAnew = false) {
  // It was given up while it waited for its turn.
  if (!waiting.has(message)) return;
  let answer;
  try {
    for (const one of message.files) one.name ??= await one.sent;
    keepUnsent(message);
    answer = await post(message, isAnew ? null : "upload-gone");
  } catch (error) {
    // A page that is being left comes no further: what it gives up its browser may still finish.
    await new Promise((soon) => setTimeout(soon));
    return error.refused ? refused(message, bubble) : waitForConnection(message, bubble);
  }
  if (toldBy(answer).refused?.code === "upload-gone" && !isAnew) {
    return sendFilesAnew(message) ? letGo(message, bubble, true) : notSent(message, bubble);
  }
  // What stands before the server cannot know whether the message is there; by the same name it comes once.
  if (!answer.ok) return answer.headers.has("HX-Trigger") ? refused(message, bubble) : notSent(message, bubble);
  arrived(message);
  bubble.remove();
  put(await answer.text(), true);
}

async function post({ mode, fields, files }, quiet) {
  const address = mode === "note" ? composer.dataset.note : composer.action;
  const all = new URLSearchParams([...fields, ...files.map((one) => ["upload", one.name])]);
  const giving = new AbortController();
  const tooLate = setTimeout(() => giving.abort(), ANSWER_MS);
  try {
    return await send(address, all, { signal: giving.signal, keepalive: String(all).length < LASTS_BYTES, quiet });
  } finally {
    clearTimeout(tooLate);
  }
}

/** Send the files once more, as the server has thrown them away; whether all of them are here. */
function sendFilesAnew(message) {
  for (const one of message.files) {
    one.name = undefined;
    if (one.file) upload(one);
  }
  return !noteMissing(message);
}
/** Note which files have to be attached again; whether there are any. */
function noteMissing({ files }) {
  for (const one of files) one.missing = !one.file && !one.name;
  return files.some((one) => one.missing);
}

/** It waits for a connection, and goes by itself a few times once there is one again. */
function waitForConnection(message, bubble) {
  notSent(message, bubble);
  if (noteMissing(message)) return;
  document.addEventListener("regained", () => {
    if (!waiting.has(message) || message.going || !isFresh(message)) return;
    message.tries = (message.tries ?? 0) + 1;
    if (message.tries <= MOST_TRIES) deliver(message, bubble);
  }, { once: true });
  unreached();
}

/** Back to be written anew; but never what is for the team into an answer, nor into a message that is being changed. */
function refused(message, bubble) {
  if (!changing && mode === message.mode) giveBack(message, bubble);
  else notSent(message, bubble, page.dataset.refused);
}

function giveBack(message, bubble) {
  arrived(message);
  bubble.remove();
  keepDraft();
  if (mode !== message.mode) drop();
  drafts[message.mode] = [message.text, drafts[message.mode]].filter(Boolean).join("\n");
  show(message.mode);
  keepDraft();
  putBack(message.files);
}

/** It stays here, to be sent again by the same name. */
function notSent(message, bubble, why = page.dataset.unsent) {
  message.going = false;
  keepUnsent(message);
  bubble.firstElementChild.className = "bubble failed";
  bubble.querySelector("[data-going]").hidden = true;
  bubble.querySelector(".under")?.remove();
  const under = document.getElementById("unsent").content.cloneNode(true).firstElementChild;
  under.querySelector(".why").textContent = noteMissing(message) ? attachAgain(message.files) : why;
  const hasRoom = () => !changing && (mode === message.mode || !field.value);
  under.querySelector("[data-again]").addEventListener("click", () => {
    if (noteMissing(message)) {
      toast(attachAgain(message.files));
      return hasRoom() ? giveBack(message, bubble) : undefined;
    }
    for (const one of message.files) if (one.failed) upload(one);
    deliver(message, bubble);
  });
  under.querySelector("[data-forget]").addEventListener("click", () => {
    if (hasRoom()) return giveBack(message, bubble);
    arrived(message);
    bubble.remove();
  });
  bubble.append(under);
  toEnd();
}

// What was on its way when the page was left goes on, by the same name; what had failed waits for a press, and so does
// what was written so long ago that the talk may have gone on without it.
const isFresh = ({ at }) => Date.now() - at < FRESH_MS;
for (const { value: message } of keptUnder(`unsent:${dealId}:`)) {
  const bubble = going(message);
  if (message.going && isFresh(message) && !noteMissing(message)) deliver(message, bubble);
  else notSent(message, bubble, message.going ? page.dataset.refused : undefined);
}
addEventListener("storage", ({ key, newValue }) => {
  // Another tab has sent it, or given it up.
  const message = newValue === null && [...waiting].find((one) => MINE + unsentName(one) === key);
  if (!message || message.going) return;
  waiting.delete(message);
  feed.querySelector(`[data-key="${message.key}"]`)?.remove();
});

// The bytes of files end with the page.
addEventListener("beforeunload", (event) => {
  const ofMessages = [...waiting].flatMap((message) => message.files);
  if (files.some((one) => one.file) || ofMessages.some((one) => one.file && !one.name)) event.preventDefault();
});
