"use strict";
// Keeps a page up to date: one stream, the mark that says how it goes, and a way back after a lost connection.

const QUIET_MS = 25000;

/** Listen to `address`; `handlers` are called by the name of what is sent. Returns how to stop. */
function listen(address, handlers) {
  const mark = document.querySelector("[data-live]");
  const language = document.documentElement.lang;
  let source, quiet, lostAt;

  const show = (look, words) => {
    if (!mark) return;
    mark.classList.toggle("lost", look === "lost");
    mark.classList.toggle("catching", look === "catching");
    if (mark.textContent !== words) mark.textContent = words;
  };
  const alive = () => {
    lostAt = undefined;
    show("", mark?.dataset.now);
    clearTimeout(quiet);
    quiet = setTimeout(lost, QUIET_MS);
  };
  const lost = () => {
    lostAt ??= new Date();
    const time = lostAt.toLocaleTimeString(language === "en" ? "en-GB" : language, { hour: "2-digit", minute: "2-digit" });
    show("lost", mark?.dataset.gone.replace("…", time));
  };
  const refused = async () => {
    const answer = await fetch("/settings", { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status === 401) return location.replace("/enter");
    setTimeout(() => location.reload(), 3000);
  };
  const open = (from) => {
    source = new EventSource(from);
    source.onopen = () => {
      if (lostAt) show("catching", mark?.dataset.catching);
      setTimeout(alive, lostAt ? 400 : 0);
    };
    source.onerror = () => {
      lost();
      // A server that is down answers nothing, and a browser comes back by itself; one that refuses has signed us out.
      if (source.readyState === EventSource.CLOSED) refused();
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        alive();
        handle(JSON.parse(event.data));
      });
    }
    source.addEventListener("here", alive);
  };
  open(address);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  return () => source.close();
}
