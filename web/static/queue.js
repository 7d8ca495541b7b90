"use strict";
// The list of conversations: it is kept as it is now, and walked by keys.

const queue = document.getElementById("queue");
const QUEUE_MS = 3000;
let queueTimer = null;

/** Show the list anew in a moment; nobody has asked for it, so nobody is told when it fails. */
function staleQueue() {
  queueTimer ??= setTimeout(loadQueue, QUEUE_MS);
}
async function loadQueue() {
  queueTimer = null;
  const list = document.getElementById("queue-list");
  if (document.hidden || list.scrollTop > 0) return;
  const fresh = await asked(`/queue?list=${list.dataset.list}&here=${queue.dataset.here}`);
  for (const part of fresh ? ["#queue .seg", "#queue-list"] : []) {
    const old = document.querySelector(part);
    if (old.contains(document.activeElement)) continue;
    const made = fresh.querySelector(part.replace("#queue ", ""));
    old.replaceWith(made);
    htmx.process(made);
  }
}
document.addEventListener("visibilitychange", staleQueue);

// Where there is no talk whose stream tells of what happens, the board's does.
if (queue.dataset.stream) listen(queue.dataset.stream, { board: staleQueue });

/* ---------- what was typed here and not sent is found again ---------- */

function markNotSent() {
  const talks = talksNotSent();
  for (const link of queue.querySelectorAll("a.q")) {
    // Of the talk that is open it stands there.
    const [id] = link.pathname.match(/\d+$/);
    const isMarked = talks.has(id) && id !== queue.dataset.here;
    const mark = link.querySelector(".not-sent");
    if (isMarked && !mark) {
      const made = document.createElement("b");
      made.className = "not-sent";
      made.textContent = queue.dataset.notSent;
      link.querySelector(".line").prepend(made, " ");
    } else if (!isMarked) mark?.remove();
  }
}
markNotSent();
new MutationObserver(markNotSent).observe(queue, { childList: true, subtree: true });
addEventListener("storage", markNotSent);

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select, [list]")) return;
  const links = [...queue.querySelectorAll("a.q")];
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  event.preventDefault();
  if (links[here + step]) location.assign(links[here + step].href);
});
