"use strict";
// Files of an answer: chosen, dropped or pasted, sent ahead of it, and left out again.

const MOST_FILES = 10;
const fileList = document.getElementById("files");
let files = [];

function addFiles(found) {
  for (const file of found) {
    if (files.length >= MOST_FILES) {
      toast(page.dataset.tooMany);
      break;
    }
    if (file.size > MOST_BYTES) {
      toast(page.dataset.tooLarge.replace("{name}", file.name));
      continue;
    }
    const one = { file, title: file.name, row: document.getElementById("file").content.cloneNode(true).firstElementChild };
    draw(one);
    upload(one);
    files.push(one);
  }
  showFiles();
  field.focus();
}

function draw(one) {
  one.row.querySelector("b").textContent = one.file.name;
  if (/^image\/(jpeg|png|gif|webp)$/.test(one.file.type)) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(one.file);
    for (const done of ["load", "error"]) image.addEventListener(done, () => URL.revokeObjectURL(image.src));
    one.row.querySelector(".pic").replaceChildren(image);
  }
  const button = one.row.querySelector("button");
  button.setAttribute("aria-label", page.dataset.remove.replace("{name}", one.file.name));
  button.addEventListener("click", () => {
    one.request.abort();
    files = files.filter((other) => other !== one);
    showFiles();
    field.focus();
  });
}

function showFiles() {
  fileList.replaceChildren(...files.map((one) => one.row));
  fileList.hidden = !files.length;
}

/** Send a file ahead of its message; `sent` becomes the name by which the message uses it. */
function upload(one) {
  const progress = one.row.querySelector("progress");
  one.failed = false;
  Object.assign(one, sendAhead(one.file, (done) => { progress.value = done; }));
  one.sent.catch((error) => {
    one.failed = true;
    if (error.refused) toast(error.message);
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
