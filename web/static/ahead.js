"use strict";
// Files are sent ahead of what they go with, which then names them.

const MOST_BYTES = 20 * 1024 * 1024;
// What has not moved for so long goes nowhere; whatever waits for it is not kept for ever.
const STILL_MS = 60000;

/**
 * Send a file; `progress` is told how many hundredths are there. `sent` becomes the name of the file, or fails: with
 * `refused` for what will not be taken, as an AbortError once `request` is aborted, a TypeError without a connection.
 */
function sendAhead(file, progress) {
  const request = new XMLHttpRequest();
  const sent = new Promise((resolve, reject) => {
    let still;
    const moved = () => {
      clearTimeout(still);
      still = setTimeout(() => {
        reject(new TypeError("it stands still"));
        request.abort();
      }, STILL_MS);
    };
    moved();
    request.addEventListener("loadend", () => clearTimeout(still));
    request.upload.addEventListener("progress", (event) => {
      moved();
      progress((100 * event.loaded) / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status !== 201) return reject(Object.assign(new Error(request.response), { refused: request.status < 500 }));
      progress(100);
      resolve(JSON.parse(request.response).name);
    });
    request.addEventListener("error", () => reject(new TypeError("no connection")));
    request.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
  });
  request.open("POST", "/uploads");
  request.setRequestHeader("X-CSRF-Token", sentWith["X-CSRF-Token"]);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.send(file);
  return { request, sent };
}
