"use strict";
// Lines that are taken elsewhere.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const line = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(line.textContent);
    toast(button.dataset.copied, "ok");
  } catch {
    // Without TLS there is no clipboard to be had.
    getSelection().selectAllChildren(line);
    toast(button.dataset.selected, "plain");
  }
});
