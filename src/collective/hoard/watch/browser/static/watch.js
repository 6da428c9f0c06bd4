/* Keeps a page of monitoring up to date: told by the poller's event stream
   where there is one, else by asking @@hoard-changes.  Then the region is
   fetched anew, as pat-inject does. No build step. */
(function () {
  "use strict";
  const own = document.currentScript.dataset;
  const every = Math.max(Number(own.seconds) || 30, 5) * 1000;
  let seq = Number(own.seq) || 0;
  let stream = own.stream || null;
  let source = null;
  let busy = false;
  let again = false;
  let looked = Date.now();

  async function renew() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", headers: { "X-Hoard-Live": "1" } });
      if (!answer.ok) { return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(own.region);
      const old = document.querySelector(own.region);
      if (!fresh || !old) { return; }
      looked = Date.now();
      // What is being read, typed or zoomed is left alone.
      if (old.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) { return; }
      const kept = old.querySelector(".hoard-chart.hoard-zoomed");
      if (kept) { const place = fresh.querySelector(".hoard-chart"); if (place) { place.replaceWith(kept); } }
      old.replaceWith(document.importNode(fresh, true));
      document.dispatchEvent(new CustomEvent("hoard-renewed"));
    } catch (error) {
      /* The network is away: the next round tries again. */
    } finally {
      busy = false;
      if (again) { again = false; setTimeout(renew, 1000); }
    }
  }

  async function ask() {
    if (!own.url) { return renew(); }
    try {
      const answer = await fetch(own.url + "?since=" + seq, { credentials: "same-origin" });
      if (answer.status === 200) {
        const data = await answer.json();
        seq = data.seq;
        stream = data.stream || null;
        await renew();
      } else if (Date.now() - looked > 10 * every) {
        // "for 3 minutes" and the hour grow old without a change, too.
        await renew();
      }
    } catch (error) { /* As above. */ }
  }

  function listen() {
    if (!stream || !window.EventSource || source) { return; }
    source = new EventSource(stream + "&since=" + seq);
    stream = null;
    source.addEventListener("changes", function (event) {
      seq = Math.max(seq, Number(event.lastEventId) || 0);
      document.documentElement.dataset.hoardLive = "stream";
      renew();
    });
    source.onopen = function () { document.documentElement.dataset.hoardLive = "stream"; };
    source.onerror = function () {
      // Its token is too old, or it is not there: we ask until we get another.
      source.close();
      source = null;
      document.documentElement.dataset.hoardLive = "polling";
    };
  }

  listen();
  setInterval(function () {
    if (document.hidden) { return; }
    if (source && source.readyState === 1) {
      if (Date.now() - looked > 4 * every) { renew(); }
      return;
    }
    ask().then(listen);
  }, every);
})();
