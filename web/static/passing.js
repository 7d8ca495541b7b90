"use strict";
// Time passes on a page that stays open: how long somebody has waited, how long ago he wrote.

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
function brief(seconds) {
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count) {
      return new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay: "short" }).format(count);
    }
  }
  return board.dataset.nowWord;
}
function tick() {
  const since = (iso) => Math.max(0, (Date.now() - new Date(iso)) / 1000);
  const { waitsLong, waitsTooLong } = board.dataset;
  for (const pill of document.querySelectorAll(".pill[data-since]")) {
    const seconds = since(pill.dataset.since);
    pill.querySelector(".t").textContent = brief(seconds);
    pill.classList.toggle("late", seconds >= waitsTooLong);
    pill.classList.toggle("wait", seconds >= waitsLong && seconds < waitsTooLong);
    pill.classList.toggle("plain", seconds < waitsLong);
  }
  for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = brief(since(time.dateTime));
}
setInterval(tick, 15000);
