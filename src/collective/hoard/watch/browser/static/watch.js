/* Keeps a page of monitoring up to date: told by the poller's event stream
   where there is one, else by asking @@hoard-changes.  Then the region is
   fetched anew, as pat-inject does.  When nothing is heard for a while the page
   says so and loses its colours: old ones would lie.  No build step. */
(function () {
  "use strict";
  const own = document.currentScript.dataset;
  const MINUTE = 60000;
  const every = Math.max(Number(own.seconds) || 30, 5) * 1000;
  // Three asks, and at least a minute: a restart of Zope is no news.
  const limit = Math.max(MINUTE, 3 * every);
  // "for 3 minutes" grows old without a change, too.
  const age = Number(own.age) * 1000 || 10 * every;
  let seq = Number(own.seq) || 0;
  let silent = own.silent || "";
  let stream = own.stream || null;
  let source = null;
  let running = null;
  let asking = false;
  let again = false;
  let failed = false;
  let why = "";
  // When the region was made, and when it was last known to be right.
  let looked = Date.now();
  let heard = Date.now();
  // How far the clock of this screen is from the server's.
  let ahead = 0;

  // --- Asking ----------------------------------------------------------

  function get(url, headers) {
    const given = { credentials: "same-origin", headers: headers || {} };
    // A server that hangs must not keep us from saying so.
    if (window.AbortSignal && AbortSignal.timeout) { given.signal = AbortSignal.timeout(Math.max(MINUTE / 2, every)); }
    return fetch(url, given);
  }

  // Why an answer is of no use, in words of the page; they come with it.
  async function reason(answer) {
    if (/\/(login|require_login|insufficient-privileges)\b/.test(new URL(answer.url).pathname) || answer.status === 401 || answer.status === 403) { return own.out || ""; }
    if (!/json/.test(answer.headers.get("Content-Type") || "")) { return ""; }
    return (await answer.json()).error || "";
  }

  // Whether the region is as the server has it now.
  function renew() {
    if (running) { again = true; return running; }
    running = fetched().catch(function () { why = own.away || ""; return false; }).then(function (done) {
      running = null;
      if (again) { again = false; setTimeout(renew, 1000); }
      return done;
    });
    return running;
  }

  async function fetched() {
    const answer = await get(location.href, { "X-Hoard-Live": "1" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const region = fresh.querySelector(own.region);
    if (own.trouble && region) { return mend(answer.ok, region, fresh); }
    if (!answer.ok || !region) { why = await reason(answer).catch(() => ""); return false; }
    return put(region);
  }

  // A page that says what is wrong has nothing that a region needs: the whole
  // is fetched as soon as there is more to see.
  function mend(good, region, fresh) {
    if (fresh.querySelector("[data-trouble]")) { return put(region); }
    if (good) { location.reload(); }
    return good;
  }

  function put(fresh) {
    const old = document.querySelector(own.region);
    if (!old) { return false; }
    looked = heard = Date.now();
    // What is being read, typed or zoomed is left alone.
    if (old.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) { return true; }
    // Not a copy: a chart is drawn on a canvas.
    document.adoptNode(fresh);
    old.querySelectorAll(".hoard-chart.hoard-zoomed").forEach(function (chart) {
      const place = [...fresh.querySelectorAll(".hoard-chart")].find((one) => one.dataset.url === chart.dataset.url);
      if (place) { place.replaceWith(chart); }
    });
    // Nor is closed what was opened, nor scrolled what was read.
    old.querySelectorAll("details").forEach(function (one, i) {
      const same = fresh.querySelectorAll("details")[i];
      if (same && same.firstElementChild.textContent === one.firstElementChild.textContent) { same.open = one.open; }
    });
    const tops = [...old.querySelectorAll(".hoard-scroll")].map((one) => one.scrollTop);
    old.replaceWith(fresh);
    fresh.querySelectorAll(".hoard-scroll").forEach(function (one, i) { one.scrollTop = tops[i] || 0; });
    setClock();
    document.dispatchEvent(new CustomEvent("hoard-renewed"));
    return true;
  }

  // Whether what is shown is right.
  async function current() {
    if (!own.url) { return renew(); }
    const answer = await get(own.url + "?since=" + seq + "&silent=" + encodeURIComponent(silent));
    if (answer.status === 304) {
      // The time that a silent poller is silent for has to grow.
      return Date.now() - looked < (silent ? Math.min(age, MINUTE) : age) || renew();
    }
    if (!answer.ok || answer.redirected) { why = await reason(answer).catch(() => ""); return false; }
    const data = await answer.json();
    stream = data.stream || null;
    if (!await renew()) { return false; }
    seq = data.seq;
    silent = data.silent || "";
    return true;
  }

  async function ask() {
    if (asking) { return; }
    asking = true;
    try {
      failed = !await current();
    } catch (error) {
      failed = true;
      why = own.away || "";
    }
    asking = false;
    if (!failed) { heard = Date.now(); }
    tell();
  }

  // --- Saying how old it is --------------------------------------------

  function said(moment) {
    const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (Date.now() - moment > 1440 * MINUTE / 2) { Object.assign(form, { day: "numeric", month: "short" }); }
    if (own.zone) { form.timeZone = own.zone; }
    return new Intl.DateTimeFormat(document.documentElement.lang || undefined, form).format(moment + ahead);
  }

  function tell() {
    const notice = document.querySelector("#hoard-old");
    if (!notice || own.trouble || document.hidden) { return; }
    const old = Date.now() - heard > limit;
    document.documentElement.classList.toggle("hoard-old", old);
    const words = old ? [own.old + " " + said(heard) + ". ", [own.rest, why].filter(Boolean).join(" ")] : ["", ""];
    // Only what is new: readers of the screen hear each change.
    notice.querySelectorAll("strong, span").forEach(function (place, i) {
      if (place.textContent !== words[i]) { place.textContent = words[i]; }
    });
    notice.hidden = !old;
  }

  function clock() { return document.querySelector("time.hoard-clock"); }

  function setClock() {
    const time = clock();
    if (time) { ahead = Date.parse(time.dateTime) - Date.now(); }
  }

  function tick() {
    const time = clock();
    if (time) { time.textContent = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: own.zone || undefined }).format(Date.now() + ahead); }
    tell();
  }

  // --- The stream ------------------------------------------------------

  function listen() {
    if (!stream || !window.EventSource || source) { return; }
    source = new EventSource(stream + "&since=" + seq);
    stream = null;
    source.addEventListener("changes", function (event) {
      document.documentElement.dataset.hoardLive = "stream";
      const newest = Number(event.lastEventId) || 0;
      renew().then(function (done) { if (done) { seq = Math.max(seq, newest); } });
    });
    source.onopen = function () { document.documentElement.dataset.hoardLive = "stream"; };
    source.onerror = function () {
      // Its token is too old, or it is not there: we ask until we get another.
      source.close();
      source = null;
      document.documentElement.dataset.hoardLive = "polling";
    };
  }

  function look() {
    if (document.hidden) { return; }
    // A stream may be open and dead, and Plone be gone behind it.
    if (source && source.readyState === 1 && !failed && Date.now() - heard < 1.5 * every) { return; }
    ask().then(listen);
  }

  const first = document.querySelector("#hoard-old");
  if (first && document.querySelector(own.region)) { document.querySelector(own.region).before(first); }
  setClock();
  listen();
  setInterval(look, every);
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", look);
})();
