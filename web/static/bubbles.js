"use strict";
// A message that has changed takes the place of what it was, around whoever reads, plays or presses something in it.

/** Put a message in the place of what it was; whoever is at work in it stays where he was. */
function exchange(known, fresh) {
  const focused = known.contains(document.activeElement) && nameIn(document.activeElement);
  // Whoever has opened its menu is not done with it.
  const menu = known.querySelector(".acts[open]") && fresh.querySelector(".acts");
  known.replaceWith(fresh);
  for (const media of fresh.querySelectorAll("audio, video")) {
    const same = [...known.querySelectorAll(media.localName)].find((one) => one.getAttribute("src") === media.getAttribute("src"));
    // It goes on from where it was.
    if (same) media.replaceWith(same);
  }
  htmx.process(fresh);
  if (menu) menu.open = true;
  if (!focused) return;
  const same = [...fresh.querySelectorAll("a, button, summary, audio, video")].find((one) => nameIn(one) === focused);
  (same ?? fresh.querySelector(".acts > summary") ?? feed).focus({ preventScroll: true });
}
/** By what something that can be pressed is known in a message. */
const nameIn = (one) => ["hx-post", "href", "src", "aria-label"].map((name) => one.getAttribute(name)).concat(one.localName, one.textContent.trim()).join("|");

/** Whether somebody listens to a message, which then stays as it is until he has done so. */
const isPlaying = (message) => [...message.querySelectorAll("audio, video")].some((one) => !one.paused);
const later = new Map();
document.addEventListener("pause", ({ target }) => {
  const message = target.closest("#feed [data-id]");
  const fresh = later.get(message?.id);
  if (!fresh || isPlaying(message)) return;
  later.delete(message.id);
  exchange(message, fresh);
}, true);
