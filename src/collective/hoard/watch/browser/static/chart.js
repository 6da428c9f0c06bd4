/* The chart of response times, to be zoomed: uPlot in place of the picture that
   the server drew, which stays for print and for those without scripts. */
(function () {
  "use strict";

  function read(place, since, until) {
    const width = Math.max(Math.round(place.clientWidth), 200);
    const query = "?since=" + Math.round(since) + "&until=" + Math.round(until) + "&width=" + width;
    return fetch(place.dataset.url + query, { credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.json() : Promise.reject(new Error(answer.status));
    }).then(function (data) { return [data.start, data.low, data.middle, data.high]; });
  }

  function draw(place) {
    const all = [Number(place.dataset.since), Number(place.dataset.now)];
    const unit = "unit" in place.dataset ? place.dataset.unit : "ms";
    let plot = null;
    // Times begin at nothing; other values, such as degrees, where they are.
    function range(u, low, high) {
      if (unit === "ms") { return [0, Math.max(high || 1, 1) * 1.05]; }
      return low == null ? [0, 1] : uPlot.rangeNum(low, high, 0.1, true);
    }
    function said(seconds, form) {
      const zone = { timeZone: place.dataset.zone };
      return new Intl.DateTimeFormat(document.documentElement.lang || undefined, Object.assign(zone, form)).format(seconds * 1000);
    }
    function labels(u, places, axis, space, step) {
      const form = step >= 86400 ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      return places.map(function (at, i) {
        const text = said(at, form);
        const day = { day: "numeric", month: "short" };
        const fresh = i === 0 || said(places[i - 1], day) !== said(at, day);
        return step < 86400 && fresh ? text + "\n" + said(at, day) : text;
      });
    }
    function show(since, until) {
      return read(place, since, until).then(function (data) {
        plot.setData(data, false);
        plot.setScale("x", { min: since, max: until });
      });
    }
    function options(width) {
      return {
        width: width, height: 240, legend: { live: true },
        tzDate: function (seconds) { return uPlot.tzDate(new Date(seconds * 1000), place.dataset.zone); },
        cursor: { drag: { x: true, y: false, setScale: false } },
        scales: { x: { time: true }, y: { range: range } },
        axes: [{ values: labels, space: 70 }, { size: 80, values: function (u, values) { return values.map(function (v) { return v + " " + unit; }); } }],
        bands: [{ series: [3, 1], fill: "rgba(11, 83, 148, 0.2)" }],
        series: [
          { label: place.dataset.time, value: function (u, at) { return at == null ? "–" : said(at, { dateStyle: "medium", timeStyle: "short" }); } },
          { label: place.dataset.low, stroke: "rgba(11, 83, 148, 0.4)", width: 1 },
          { label: place.dataset.middle, stroke: "#0b5394", width: 2 },
          { label: place.dataset.high, stroke: "rgba(11, 83, 148, 0.4)", width: 1 }
        ],
        hooks: {
          setScale: [function (u, axis) {
            if (axis === "x") { place.dataset.shown = Math.round(u.scales.x.min) + " " + Math.round(u.scales.x.max); }
          }],
          setSelect: [function (u) {
            if (u.select.width < 5) { return; }
            const since = u.posToVal(u.select.left, "x");
            const until = u.posToVal(u.select.left + u.select.width, "x");
            u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            place.classList.add("hoard-zoomed");
            show(since, Math.max(until, since + 60));
          }]
        }
      };
    }
    read(place, all[0], all[1]).then(function (data) {
      plot = new uPlot(options(place.clientWidth), data, place);
      // All of the period that was asked for, however little is known of it.
      plot.setScale("x", { min: all[0], max: all[1] });
      place.classList.add("hoard-drawn");
      plot.over.addEventListener("dblclick", function () {
        place.classList.remove("hoard-zoomed");
        show(all[0], all[1]);
      });
      window.addEventListener("resize", function () { plot.setSize({ width: place.clientWidth, height: 240 }); });
    }).catch(function () { /* The picture stays. */ });
  }

  function start() {
    document.querySelectorAll(".hoard-chart:not(.hoard-drawn)").forEach(draw);
  }

  if (window.uPlot) { start(); document.addEventListener("hoard-renewed", start); }
})();
