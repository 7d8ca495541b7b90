"use strict";
// Columns: folded, hidden when empty, and on a phone one at a time with a row of names above.

/* ---------- folding, empty columns: remembered for each person ---------- */

board.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (!button) return;
  const column = button.closest(".col");
  column.classList.toggle("folded");
  column.querySelector(column.classList.contains("folded") ? ".unfold" : ".tools [data-fold]").focus();
  const on = column.classList.contains("folded") ? "1" : "0";
  act(`/board/stages/${button.dataset.fold}/fold`, { on });
});
document.querySelector("[data-empty]")?.addEventListener("click", ({ currentTarget: button }) => {
  const hide = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(hide));
  board.classList.toggle("hide-empty", hide);
  act("/board/empty", { on: hide ? "0" : "1" });
});

document.addEventListener("counted", () => {
  for (const column of board.querySelectorAll(".col")) {
    const head = column.querySelector(".col-head");
    column.classList.toggle("empty", head.dataset.count === "0");
    column.querySelector(".unfold .num").textContent = head.querySelector(".n").textContent;
  }
  stagesRow();
});

/* ---------- a phone shows one stage at a time, and its row of stages follows ---------- */

function stagesRow() {
  for (const link of document.querySelectorAll(".stages a")) {
    const [head] = ["head", "bin"].map((one) => document.getElementById(`${one}-${link.dataset.stage}`)).filter(Boolean);
    if (head) link.querySelector(".n").textContent = head.dataset.count;
  }
}
function followStages() {
  const links = [...document.querySelectorAll(".stages a")];
  const watch = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) continue;
        for (const link of links) {
          if (link.getAttribute("href") === `#${target.id}`) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      }
    },
    { root: board, threshold: 0.6 },
  );
  for (const column of board.querySelectorAll(".col")) watch.observe(column);
}

followStages();
