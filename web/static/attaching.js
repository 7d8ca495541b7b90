"use strict";
// The file that goes with what a trigger sends: it is sent ahead, and whatever its form asks meanwhile waits for it.

// By the place in the form, what is on its way there.
const coming = new Map();

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-goes-with]") && target.files.length) attach(target, target.files[0]);
});

async function attach(input, file) {
  input.value = "";
  if (file.size > MOST_BYTES) return toast(input.dataset.tooLarge.replace("{name}", file.name));
  const place = input.closest(".goes-with");
  const [title, kept, upload] = place.querySelectorAll("input[type=hidden]");
  const row = place.querySelector(".file");
  const progress = row.querySelector("progress");
  const show = (isThere) => {
    row.hidden = !isThere;
    input.parentElement.hidden = isThere;
  };
  row.querySelector("b").textContent = file.name;
  progress.value = 0;
  progress.hidden = false;
  show(true);
  const ahead = sendAhead(file, (done) => { progress.value = done; });
  coming.set(place, ahead);
  try {
    upload.value = await ahead.sent;
    title.value = file.name;
    kept.value = "";
    progress.hidden = true;
    row.querySelector("button").focus();
  } catch (error) {
    show(false);
    if (error.refused) toast(error.message);
    else if (error.name !== "AbortError") failed();
  } finally {
    coming.delete(place);
  }
}

document.addEventListener("htmx:confirm", (event) => {
  if (!coming.size || !event.target.closest("#trigger-form")) return;
  const mine = coming.get(event.target.closest(".goes-with"));
  event.preventDefault();
  if (mine) mine.request.abort();
  // What could not be sent is not left out in silence.
  else Promise.all([...coming.values()].map((one) => one.sent)).then(() => event.detail.issueRequest(true), () => {});
});
