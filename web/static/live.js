"use strict";
// Keeps a page up to date: one stream, the mark that says how it goes, and a way back after a lost connection.

const QUIET_MS = 25000;
// A browser keeps six connections to a host open, whatever stands in its tabs: one that nobody sees lets go of its own.
const UNSEEN_MS = 30000;
const FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 30000;
const SIGNED_OUT = 401, TIMED_OUT = 408, TOO_MANY = 429, FAULTY = 500;

/** Listen to an address; `handlers` are called by the name of what is sent. Returns how to stop. */
function listen(from, handlers) {
  const mark = document.querySelector("[data-live]");
  const address = new URL(from, location);
  address.searchParams.set("me", document.body.dataset.me);
  let source, quiet, again, unseen, lostAt, pause = FIRST_PAUSE_MS, isOver = false, isAsleep = false;

  const show = (look, words) => {
    if (!mark) return;
    mark.classList.toggle("lost", look === "lost");
    mark.classList.toggle("catching", look === "catching");
    if (mark.textContent !== words) mark.textContent = words;
  };
  const alive = () => {
    if (lostAt) document.dispatchEvent(new Event("regained"));
    lostAt = undefined;
    show("", mark?.dataset.now);
    clearTimeout(quiet);
    quiet = setTimeout(lost, QUIET_MS);
  };
  const lost = () => {
    clearTimeout(quiet);
    lostAt ??= new Date();
    show("lost", mark?.dataset.gone.replace("…", clock(lostAt)));
  };
  /* A browser does not come back to a stream that was refused, and does not say why it was. */
  const refused = async () => {
    const mine = source;
    const asking = new AbortController();
    const options = { headers: { "HX-Request": "true" }, signal: asking.signal };
    const answer = await fetch(address, options).catch(() => null);
    if (isOver || isAsleep || source !== mine) return asking.abort();
    // What stands before a server that is away may answer anything, but not like it.
    if (answer?.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      asking.abort();
      return open();
    }
    if (answer?.headers.has("HX-Trigger")) {
      if (answer.status === SIGNED_OUT) return location.replace("/enter");
      // It is the page of somebody who was signed in here before.
      if (answer.status === CONFLICT) return location.reload();
      // Whatever else is refused for good stays so.
      const may = answer.status >= FAULTY || [TIMED_OUT, TOO_MANY].includes(answer.status);
      if (!may) return toast(await answer.text(), "wait");
    }
    again = setTimeout(refused, pause * (0.5 + Math.random() / 2));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  };
  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      pause = FIRST_PAUSE_MS;
      if (lostAt) show("catching", mark?.dataset.catching);
      setTimeout(alive, lostAt ? 400 : 0);
    };
    source.onerror = () => {
      lost();
      // A server that cannot be reached at all is asked again by the browser itself.
      if (source.readyState === EventSource.CLOSED) refused();
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        alive();
        document.dispatchEvent(new Event("told"));
        // How far this page has been told, for a stream that is opened anew.
        if (event.lastEventId) address.searchParams.set("since", event.lastEventId);
        handle(JSON.parse(event.data));
      });
    }
    source.addEventListener("here", (event) => {
      alive();
      if (event.lastEventId) address.searchParams.set("since", event.lastEventId);
    });
  };
  /* What a browser knows of its network it says at once; a stream from before may be dead without anybody having said so. */
  const anew = () => {
    if (isOver || isAsleep || !lostAt) return;
    clearTimeout(again);
    source.close();
    open();
  };
  const sleep = () => {
    isAsleep = true;
    for (const timer of [quiet, again]) clearTimeout(timer);
    source.close();
    // What stands here is as old as this.
    lostAt ??= new Date();
  };
  const wake = () => {
    isAsleep = false;
    show("catching", mark?.dataset.catching);
    quiet = setTimeout(lost, QUIET_MS);
    open();
  };
  const seen = () => {
    clearTimeout(unseen);
    if (isOver) return;
    if (document.hidden) unseen = setTimeout(sleep, UNSEEN_MS);
    else if (isAsleep) wake();
  };
  const stop = () => {
    isOver = true;
    clearTimeout(unseen);
    source.close();
  };
  open();
  seen();
  document.addEventListener("visibilitychange", seen);
  addEventListener("offline", lost);
  addEventListener("online", anew);
  // A request that did not get through knows it before the silence has grown long.
  for (const name of ["unreached", "htmx:sendError"]) {
    document.addEventListener(name, () => {
      lost();
      anew();
    });
  }
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  return stop;
}
