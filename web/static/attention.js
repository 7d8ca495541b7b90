"use strict";
// What waits for whoever looks: marks in the rail, the title of the tab, and notes of the system where he does not look.

const ATTENTION_MS = 10000;
const SOON_MS = 3000;
const TITLE = document.title;
// Whether the system shows notes is this browser's own affair.
const NOTES = "notes";
const LAST_NOTE = "last-note";
let attentionTimer = null;
let attendsAt = Infinity;

/** Look again after so long, or earlier where that is said already. */
function attendIn(pause) {
  const at = performance.now() + pause;
  if (at >= attendsAt) return;
  clearTimeout(attentionTimer);
  attendsAt = at;
  attentionTimer = setTimeout(attend, pause);
}
async function attend() {
  attendsAt = Infinity;
  const answer = await fetch("/attention", { headers: { "HX-Request": "true", ...BY_ITSELF } }).catch(unreached);
  attendIn(ATTENTION_MS);
  // Nobody has asked for it, so nobody is told when it fails.
  const now = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!now) return;
  const { customers, late_tasks: lateTasks, newest } = now;
  markRail("talk", customers);
  markRail("tasks", lateTasks);
  document.title = customers ? `(${customers}) ${TITLE}` : TITLE;
  if (newest) tellAway(newest);
}
function markRail(name, number) {
  const badge = document.querySelector(`.rail [data-counts="${name}"]`);
  badge.hidden = !number;
  badge.textContent = number;
}
// What is told to a page by its stream may be for its person.
document.addEventListener("told", () => attendIn(SOON_MS));
addEventListener("focus", () => attendIn(0));
attend();

/* ---------- notes of the system ---------- */

/** Show what a customer wrote, once in this browser, and where nobody is looking. */
function tellAway({ id, rings, title, text, url }) {
  const last = localStorage.getItem(LAST_NOTE);
  if (Number(last) >= id) return;
  localStorage.setItem(LAST_NOTE, id);
  // Whoever has never been here is not told of what was before him.
  if (last === null || !rings || document.hasFocus() || !hasNotes()) return;
  const shown = new Notification(title, { body: text, tag: "voronka" });
  shown.addEventListener("click", () => {
    focus();
    location.assign(url);
  });
}
const hasNotes = () => canHaveNotes() && Notification.permission === "granted" && localStorage.getItem(NOTES) === "1";
// Without TLS there are none, and on Android none by a page alone.
const canHaveNotes = () => "Notification" in window && isSecureContext && !/Android/.test(navigator.userAgent);

const notesSwitch = document.querySelector("[data-notes]");
function showSwitch() {
  if (!notesSwitch) return;
  const isBlocked = !canHaveNotes() || Notification.permission === "denied";
  notesSwitch.hidden = isBlocked;
  notesSwitch.parentElement.querySelector("[data-blocked]").hidden = !isBlocked;
  notesSwitch.setAttribute("aria-checked", String(hasNotes()));
}
notesSwitch?.addEventListener("click", async () => {
  const wants = !hasNotes();
  if (wants && (await Notification.requestPermission()) !== "granted") return showSwitch();
  localStorage.setItem(NOTES, wants ? "1" : "0");
  showSwitch();
});
showSwitch();
