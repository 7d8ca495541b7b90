"use strict";
// What somebody has typed and not sent: it is kept in his browser until it is, and found again by all of his tabs.

const KEPT_MS = 7 * 24 * 3600 * 1000;
const TYPED = "typed:";
// Whoever else signs in here neither finds it nor sends it as his own.
const MINE = `${TYPED}${document.body.dataset.me}:`;

/** Keep something by a name, "draft:7" or "unsent:7:…" of a deal, from `at` or from now; null keeps nothing any more. */
function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(MINE + name);
    else localStorage.setItem(MINE + name, JSON.stringify({ at: value.at ?? Date.now(), value }));
  } catch {
    // Where nothing may be kept, or no more, it ends with the page.
  }
}

/** All that is kept under names that begin so, the oldest first. */
function keptUnder(beginning, mine = MINE) {
  try {
    const names = Object.keys(localStorage).filter((one) => one.startsWith(mine + beginning));
    return names.map((one) => ({ key: one, ...JSON.parse(localStorage[one]) })).sort((one, other) => one.at - other.at);
  } catch {
    return [];
  }
}
const keptAs = (name) => keptUnder(name).find((one) => one.key === MINE + name)?.value ?? null;

/** The deals in whose talks something has been typed that was not sent. */
function talksNotSent() {
  return new Set(keptUnder("").map((one) => one.key.slice(MINE.length).split(":")[1]));
}

for (const { key, at } of keptUnder("", TYPED)) if (Date.now() - at > KEPT_MS) localStorage.removeItem(key);
