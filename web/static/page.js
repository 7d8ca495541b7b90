"use strict";
// What every page of the staff does: notes, the theme, menus that close, what to do when a request is refused.

const LANGUAGE = document.documentElement.lang;
const LOCALE = LANGUAGE === "en" ? "en-GB" : LANGUAGE;
/** A moment as a clock on the wall of whoever reads it shows it. */
const clock = (moment) => moment.toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit", timeZone: document.body.dataset.zone });

const toasts = document.querySelector(".toasts");
const TOAST_MS = 7000;
// What HTTP calls it when somebody else was faster.
const CONFLICT = 409;

/** Notes stand where they can be seen and heard: while a dialog is open, all that is not in it is neither. */
function placeToasts() {
  const place = document.querySelector("dialog[open]") ?? document.body;
  if (toasts.parentElement !== place) place.append(toasts);
}
document.addEventListener("close", placeToasts, true);

/** Say something for a few seconds; `kind` is "ok", "plain", "wait" or "late"; `undo` has an address and its words. */
function toast(words, kind = "late", undo = null) {
  const note = document.getElementById("toast").content.cloneNode(true).firstElementChild;
  note.classList.add(kind);
  note.querySelector("p").textContent = words;
  if (undo) offer(note.querySelector("button"), undo, note);
  placeToasts();
  toasts.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}
function offer(button, { words, url }, note) {
  button.hidden = false;
  button.textContent = words;
  button.addEventListener("click", () => {
    note.remove();
    send(url, {}).catch(failed);
  });
}
const failed = () => toast(document.body.dataset.failed);

// Answers that are no trouble.
const PLAIN = ["queue-empty", "last-one-taken"];
function lookOf({ code, status }) {
  if (PLAIN.includes(code)) return "plain";
  return status === CONFLICT ? "wait" : "late";
}
/** Whether a page loads something by itself, so that nobody has asked for it nor wants to hear how it fails. */
const isByItself = (elt) => /intersect|every/.test(elt?.getAttribute("hx-trigger"));
document.addEventListener("refused", ({ detail }) => {
  if (!isByItself(detail.elt)) toast(detail.words, lookOf(detail));
});
document.addEventListener("said", ({ detail }) => toast(detail.words, "ok", detail.undo));
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (!isByItself(detail.elt)) failed();
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (!isByItself(detail.elt) && !detail.xhr.getResponseHeader("HX-Trigger")) failed();
});

/** What the server has drawn, as a fragment; it is ours, and nothing in it runs. */
function drawn(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  return made.content;
}

const sentWith = JSON.parse(document.body.getAttribute("hx-headers"));

/** Nothing was reached: whoever keeps this page up to date looks whether he still can. */
function unreached() {
  document.dispatchEvent(new Event("unreached"));
  return null;
}

/** What an answer tells a page, by its names. */
const toldBy = (answer) => JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");

/**
 * Send fields; the answer, whose refusals are told, but for one of the code `quiet`. `options` are those of fetch.
 * Throws TypeError without a connection.
 */
async function send(url, fields, { quiet, headers, ...options } = {}) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...sentWith, "HX-Request": "true", ...headers },
    body: new URLSearchParams(fields),
    ...options,
  });
  for (const [name, detail] of Object.entries(toldBy(answer))) {
    if (!quiet || detail.code !== quiet) document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
  if (answer.headers.get("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
  return answer;
}

/** Send fields, and tell whatever went wrong, also what no page of ours has said; whether it was done. */
async function act(url, fields) {
  const answer = await send(url, fields).catch(unreached);
  if (!answer?.ok && !answer?.headers.has("HX-Trigger")) failed();
  return Boolean(answer?.ok);
}

// Said of what nobody has asked for, so that an open page alone keeps no session alive.
const BY_ITSELF = { "X-By-Itself": "true" };
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (isByItself(detail.elt)) Object.assign(detail.headers, BY_ITSELF);
});

/** A part of a page as it is now, or null when it could not be had; a page asks for it by itself. */
async function asked(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true", ...BY_ITSELF } }).catch(unreached);
  return answer?.ok ? drawn(await answer.text()) : null;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-toggle]");
  if (!button) return;
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  act("/settings/theme", { theme: root.dataset.theme });
});

/** Whether a key means this one, also where letters are others: what is not Latin is known by its place. */
function means(event, key, code) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return false;
  return event.key === key || (event.code === code && !/^[a-z]$/i.test(event.key));
}
const isTyped = (place) => place.matches("textarea, select, input:not([type=checkbox])");

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("q");
  if (!search?.checkVisibility() || !means(event, "/", "Slash") || isTyped(event.target)) return;
  event.preventDefault();
  search.focus();
});

// A menu is a <details class="pop">: it closes when one looks elsewhere, and by Escape.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.pop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.pop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
