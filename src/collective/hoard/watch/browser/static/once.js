/* A second click, while the answer to the first is under way, sends nothing: it
   would add a note, a window or a check twice. */
(function () {
  "use strict";
  // After that somebody has lost patience, or the server has.
  const LIMIT = 10000;
  let sent = 0;
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.method !== "post") { return; }
    if (Date.now() - sent < LIMIT) { event.preventDefault(); return; }
    sent = Date.now();
  });
  // The back button may bring the page out of the browser's memory as it was.
  window.addEventListener("pageshow", function () { sent = 0; });
})();
