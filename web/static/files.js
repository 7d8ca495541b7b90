"use strict";
// Files of an answer: chosen, dropped or pasted, sent ahead of it, and left out again.

const MOST_FILES = 10;
const fileList = document.getElementById("files");
let files = [];

function addFiles(found) {
  for (const file of found) {
    // What could not be kept is attached again in its place.
    const gap = files.findIndex((one) => one.missing && one.title === file.name);
    if (gap < 0 && files.length >= MOST_FILES) {
      toast(page.dataset.tooMany);
      break;
    }
    if (file.size > MOST_BYTES) {
      toast(page.dataset.tooLarge.replace("{name}", file.name));
      continue;
    }
    const one = { file, title: file.name };
    draw(one);
    upload(one);
    files.splice(gap < 0 ? files.length : gap, 1, one);
  }
  showFiles();
  field.focus();
}

function draw(one) {
  one.row = document.getElementById("file").content.cloneNode(true).firstElementChild;
  one.row.querySelector("b").textContent = one.title;
  if (/^image\/(jpeg|png|gif|webp)$/.test(one.file?.type)) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(one.file);
    for (const done of ["load", "error"]) image.addEventListener(done, () => URL.revokeObjectURL(image.src));
    one.row.querySelector(".pic").replaceChildren(image);
  }
  const button = one.row.querySelector("button");
  button.setAttribute("aria-label", page.dataset.remove.replace("{name}", one.title));
  button.addEventListener("click", () => {
    one.request?.abort();
    files = files.filter((other) => other !== one);
    showFiles();
    field.focus();
  });
}

function showFiles() {
  fileList.replaceChildren(...files.map((one) => one.row));
  fileList.hidden = !files.length;
}

/** Put the files of a message back under what is written; those that are not here any more are to be attached again. */
function putBack(found) {
  for (const one of found) {
    if (one.refused) continue;
    if (!one.row) draw(one);
    if (one.failed) upload(one);
    one.row.classList.toggle("bad", Boolean(one.missing));
    if (!one.file) one.row.querySelector("progress").value = one.missing ? 0 : 100;
    files.push(one);
  }
  showFiles();
}
const attachAgain = (found) => page.dataset.attachAgain.replace("{names}", found.filter((one) => one.missing).map((one) => one.title).join(", "));

/** Send a file ahead of its message; `sent` becomes the name by which the message uses it. */
function upload(one) {
  const progress = one.row.querySelector("progress");
  one.name = undefined;
  one.failed = one.refused = false;
  Object.assign(one, sendAhead(one.file, (done) => { progress.value = done; }));
  one.sent.catch((error) => {
    one.failed = true;
    one.refused = error.refused;
    if (error.refused) {
      toast(error.message);
      one.row.title = one.why = error.message;
    }
    if (files.includes(one)) one.row.classList.add("bad");
  });
}

document.getElementById("pick").addEventListener("change", (event) => {
  addFiles(event.target.files);
  event.target.value = "";
});
field.addEventListener("paste", (event) => {
  if (mode !== "answer" || !event.clipboardData.files.length) return;
  event.preventDefault();
  addFiles(event.clipboardData.files);
});
const talkColumn = document.querySelector(".talk");
for (const kind of ["dragenter", "dragover"]) {
  talkColumn.addEventListener(kind, (event) => {
    if (mode !== "answer" || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    composer.classList.add("over");
  });
}
talkColumn.addEventListener("dragleave", (event) => { if (!talkColumn.contains(event.relatedTarget)) composer.classList.remove("over"); });
talkColumn.addEventListener("drop", (event) => {
  composer.classList.remove("over");
  if (mode !== "answer" || !event.dataTransfer.files.length) return;
  event.preventDefault();
  addFiles(event.dataTransfer.files);
});
