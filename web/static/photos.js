"use strict";
// Parts of a deal's page on a phone, and photos in full.

let tab = "talk";
function showTab() {
  page.dataset.tab = tab;
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link !== page) link.toggleAttribute("aria-current", false);
  }
  document.querySelector(`a[data-tab="${tab}"]`)?.setAttribute("aria-current", "true");
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-tab]");
  if (!link) return;
  event.preventDefault();
  tab = link.dataset.tab;
  showTab();
  if (tab === "talk") toEnd();
});

const lightbox = document.getElementById("lightbox");
let photos = [];
let photo = 0;
function showPhoto(step) {
  photo = (photo + step + photos.length) % photos.length;
  lightbox.querySelector("img").src = photos[photo].dataset.full;
  lightbox.querySelector("img").alt = photos[photo].getAttribute("aria-label");
}
document.addEventListener("click", (event) => {
  const shot = event.target.closest("[data-full]");
  if (shot) {
    photos = [...feed.querySelectorAll("[data-full]")];
    photo = photos.indexOf(shot);
    showPhoto(0);
    lightbox.showModal();
  }
  const turn = event.target.closest("[data-turn]");
  if (turn) showPhoto(Number(turn.dataset.turn));
});
lightbox.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") showPhoto(-1);
  if (event.key === "ArrowRight") showPhoto(1);
});
