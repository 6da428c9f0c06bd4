"""The charts of a check: response times, and what it measured besides."""

from .. import times
from ..drawing.latency import latency
from ..reading import one
from ..reading import values
from ..times import DAY
from collective.hoard import _
from functools import cached_property
from zExceptions import NotFound
import json


WIDTH = 720
#: Points of the chart that is zoomed in a browser.
MOST_POINTS = 2000
#: Longer periods are not read sample by sample for a picture.
LONGEST = 400 * DAY


class Charts:
    """For a `Page` with the ``row`` of a check and a period, ``since`` and ``days``."""

    @cached_property
    def measured(self):
        return one.latencies(self.db, self.row.id, self.since, self.now, WIDTH // 2)

    @property
    def has_latency(self):
        return any(bucket.high is not None for bucket in self.measured[0])

    @property
    def percentiles(self):
        return sorted(self.measured[1].items())

    @property
    def latency(self):
        described = ", ".join(f"p{p} {ms:.0f} ms" for p, ms in self.percentiles)
        title = self.translate(_("Response times"))
        return latency(
            self.measured[0], self.since, self.now, title, described, self.ticks
        )

    @property
    def ticks(self):
        """``(seconds, label)`` for the lower edge of the chart."""
        step = max(self.days * DAY // 6, 4 * 3600)
        form = "%H:%M" if self.days == 1 else "%d.%m."
        first = times.start_of(times.moment(self.since).date())
        found = range(first, self.now, step)
        return [
            (at, times.moment(at).strftime(form))
            for at in found
            if self.since + step / 4 < at < self.now - step / 4
        ]

    def metric_of(self, text):
        """The number of one of its metrics that have a chart.

        :raises NotFound: It has none of that number.
        """
        for metric in self.charted:
            if text == str(metric[0]):
                return metric[0]
        raise NotFound(text)

    def points(self, metric=None):
        """What was measured in a period as JSON for uPlot, no more points than it
        has pixels: response times, or values of a metric.
        """
        since = self.number("since", self.since, times.LATEST)
        until = self.number("until", self.now, times.LATEST)
        since = max(since, until - LONGEST)
        width = min(self.number("width", WIDTH), MOST_POINTS)
        buckets = []
        if since < until and metric:
            buckets = values.values(self.db, metric, since, until, width)
        elif since < until:
            buckets, _percentiles = one.latencies(
                self.db, self.row.id, since, until, width
            )
        self.request.response.setHeader("Content-Type", "application/json")
        columns = ("start", "low", "middle", "high")
        return json.dumps(
            {
                name: [rounded(getattr(b, name), 3 if metric else 1) for b in buckets]
                for name in columns
            },
            separators=(",", ":"),
        )

    @cached_property
    def charted(self):
        return values.charted(self.db, self.row.id)

    @property
    def charts(self):
        """``[(name, unit, address of the points, picture)]`` of metrics of which
        something is known in the period.
        """
        found = []
        for number, name, unit in self.charted:
            buckets = values.values(self.db, number, self.since, self.now, WIDTH // 2)
            if buckets:
                picture = latency(
                    buckets, self.since, self.now, name, "", self.ticks, unit=unit
                )
                url = self.url(below=f"{self.row.id}/values/{number}")
                found.append((name, unit, url, picture))
        return found


def rounded(value, digits):
    return round(value, digits) if isinstance(value, float) else value
