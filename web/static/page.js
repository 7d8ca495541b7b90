"use strict";
// What every page of the staff does: notes, the theme, menus that close, what to do when a request is refused.

const toasts = document.querySelector(".toasts");
const TOAST_MS = 7000;

/** Say something for a few seconds; `kind` is "ok", "wait" or "late". */
function toast(words, kind = "late") {
  const note = document.getElementById("toast").content.cloneNode(true).firstElementChild;
  note.classList.add(kind);
  note.querySelector("p").textContent = words;
  toasts.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

document.addEventListener("refused", (event) => toast(event.detail.words));
document.addEventListener("said", (event) => toast(event.detail.words, "ok"));
document.addEventListener("htmx:sendError", () => toast(document.body.dataset.failed));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-toggle]");
  if (!button) return;
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  htmx.ajax("POST", "/settings/theme", { values: { theme: root.dataset.theme }, swap: "none" });
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

// Some reasons want to be said in words.
document.addEventListener("change", (event) => {
  const words = event.target.closest("form[data-closes]")?.querySelector("[name=words]");
  if (words) words.required = "asks" in event.target.dataset;
});
