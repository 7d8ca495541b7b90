"use strict";
// Fields that are changed where they stand, and parts of a page that are shown anew after an act.

/** A name for something that is sent, so that sending it again has no effect. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether somebody is in the middle of something in a part of the page, besides what he has just `sent`. */
function isBusy(part, sent = null) {
  // A press whose button is replaced before it ends would be lost.
  if (part.matches(":active")) return true;
  const open = [...part.querySelectorAll(".editable form:not([hidden]), details[open]")];
  if (open.some((one) => !one.contains(sent))) return true;
  const at = document.activeElement;
  const writes = part.contains(at) && at.matches("input:not([type=checkbox]), textarea, select");
  return writes && !sent?.contains(at);
}

// A part that was let alone, as somebody was at work there, is shown anew when he is not any more.
let isStale = false;
function catchUp() {
  setTimeout(() => {
    if (isStale && ![...document.querySelectorAll("[data-part]")].some((part) => isBusy(part))) refresh();
  });
}
document.addEventListener("focusout", catchUp);
document.addEventListener("toggle", catchUp, true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, catchUp);

/** How what has the focus in a part is found again in what comes in its place: from a field one goes back to its button. */
function focusIn(part) {
  const at = document.activeElement;
  if (!part.contains(at)) return null;
  const form = at.closest(".editable")?.querySelector("form");
  if (form) return `.editable:has([hx-post="${form.getAttribute("hx-post")}"]) > [data-edit]`;
  const label = at.getAttribute("aria-label");
  return label && `[aria-label="${CSS.escape(label)}"]`;
}

/** Put parts of the page in the place of what they were, but where nothing has changed or somebody is at work. */
function putParts(made, sent = null) {
  isStale = false;
  for (const fresh of made.querySelectorAll("[data-part]")) {
    const old = document.getElementById(fresh.id);
    if (!old || old.isEqualNode(fresh)) continue;
    if (isBusy(old, sent)) {
      isStale = true;
      continue;
    }
    const focused = focusIn(old);
    // The mark of the stream is whoever's who keeps it up to date.
    const mark = old.querySelector("[data-live]");
    if (mark) fresh.querySelector("[data-live]").replaceWith(mark);
    old.replaceWith(fresh);
    htmx.process(fresh);
    if (focused) fresh.querySelector(focused)?.focus();
  }
  document.dispatchEvent(new Event("parts"));
}

/** Show everything as it is now; `sent` is the form or button that has just done something. */
async function refresh(sent = null) {
  const deal = document.getElementById("deal-page");
  const tasks = document.getElementById("tasks");
  if (deal) {
    const made = await asked(`/deals/${deal.dataset.deal}/parts`);
    if (made) putParts(made, sent);
  } else if (tasks) {
    const fresh = (await asked(tasks.dataset.reload))?.querySelector("#tasks");
    if (!fresh) return;
    tasks.replaceWith(fresh);
    htmx.process(fresh);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-edit]");
  if (!button) return;
  const form = button.parentElement.querySelector("form");
  button.hidden = true;
  form.hidden = false;
  form.querySelector("input").focus();
  form.querySelector("input").select();
});

function leave(form) {
  form.reset();
  form.querySelector("input").removeAttribute("aria-invalid");
  form.hidden = true;
  const button = form.parentElement.querySelector("[data-edit]");
  button.hidden = false;
  return button;
}
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".editable form");
  if (event.key !== "Escape" || !form) return;
  event.stopPropagation();
  leave(form).focus();
});
document.addEventListener("focusout", ({ target }) => {
  const form = target.closest?.(".editable form");
  // Whoever only looks at another window comes back to what he types; and what is sent is not sent again.
  if (!form || form.hidden || !document.hasFocus() || form.dataset.sent === target.value) return;
  if (target.value === target.defaultValue || !form.checkValidity()) leave(form);
  else form.requestSubmit();
});
document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.matches(".editable form")) elt.dataset.sent = elt.querySelector("input").value;
});

/** What was refused is open as it was typed, and whoever has not gone on to something else is back in it. */
function openAgain(form) {
  const input = form.querySelector("input");
  delete form.dataset.sent;
  input.setAttribute("aria-invalid", "true");
  if (document.activeElement === document.body || form.contains(document.activeElement)) input.focus();
}

// A menu that would be cut off at the bottom opens upwards, one that would be at its side opens to the other side.
document.addEventListener("toggle", (event) => {
  const pop = event.target;
  if (!pop.matches("details.pop[open]")) return;
  pop.classList.remove("up", "back");
  const room = (pop.closest(".feed, .side") ?? document.body).getBoundingClientRect();
  const menu = pop.querySelector(".menu").getBoundingClientRect();
  pop.classList.toggle("up", menu.bottom > room.bottom);
  pop.classList.toggle("back", menu.left < room.left || menu.right > room.right);
}, true);

document.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt.closest("form[data-keyed]");
  if (!form) return;
  form.dataset.key ||= newKey();
  event.detail.parameters.key = form.dataset.key;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, requestConfig } = event.detail;
  if (requestConfig.verb !== "post") return;
  if (!successful) {
    if (elt.matches(".box")) elt.checked = false;
    if (elt.matches(".editable form")) openAgain(elt);
    return;
  }
  for (const open of document.querySelectorAll("details.pop[open]")) open.open = false;
  if (elt.matches("form[data-keyed]")) {
    // What is sent from here next is something else.
    delete elt.dataset.key;
    elt.reset();
  }
  refresh(elt);
});
