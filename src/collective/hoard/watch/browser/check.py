"""``@@hoard-check/NUMBER``: everything about one check."""

from ...forms.zone import site_zone
from ...monitoring.judge.interfaces import DERIVED
from .. import rights
from .. import times
from .. import words
from ..drawing.latency import latency
from ..drawing.phases import phases
from ..drawing.strip import strip
from ..interfaces import Refused
from ..reading import incidents
from ..reading import one
from ..reading import report
from ..reading import standings
from ..times import DAY
from ..writing import acts
from ..writing import checks
from .below import Below
from collective.hoard import _
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
import json


PERIODS = (
    (1, _("24 hours")),
    (7, _("7 days")),
    (30, _("30 days")),
    (90, _("90 days")),
    (365, _("A year")),
)
WIDTH = 720
#: Points of the chart that is zoomed in a browser.
MOST_POINTS = 2000
#: Longer periods are not read sample by sample for a picture.
LONGEST = 400 * DAY
MOST_ROWS = 100
HOURS = (1, 4, 24, 168)


class Check(Below):
    name = "hoard-check"
    index = ViewPageTemplateFile("templates/check.pt")
    #: Who may do what is decided by the action.
    changing = rights.ACKNOWLEDGE

    def answer(self):
        self.row = one.find(self.db, self.number_of)
        if self.row is None:
            raise NotFound(self._below[0])
        self.line = standings.lines(self.db, self.now, [self.row.id])[0]
        if self._below[1:] == ["latency"]:
            return self._points()
        if self._below[1:]:
            raise NotFound(self._below[1])
        return self.index()

    # --- Changes --------------------------------------------------------

    def change(self):
        number, form = self.number_of, self.request.form
        if "acknowledge" in form:
            hours = self.number("hours", 0, HOURS[-1])
            until = times.now() + hours * 3600 if hours else None
            acts.acknowledge(number, rights.user_name(), self.given("text"), until)
            self.tell(_("Everybody can see now that you take care of it."))
        elif "withdraw" in form:
            acts.withdraw(number)
            self.tell(_("Nobody takes care of it any longer."))
        else:
            self._manage(number, form)
        return self.redirect(self.url(below=number))

    def _manage(self, number, form):
        rights.demand(rights.MANAGE)
        if "pause" in form:
            checks.pause(number)
            self.tell(_("The check is paused. Its time is not monitored from now on."))
        elif "resume" in form:
            checks.resume(number)
            self.tell(_("The check is watched again."))
        else:
            raise Refused([("", _("Nothing can be changed here."))])

    # --- What is shown --------------------------------------------------

    @property
    def days(self):
        found = self.number("days", 7)
        return found if found in dict(PERIODS) else 7

    @property
    def periods(self):
        return [
            (days, title, self.url(below=self.row.id, days=days), days == self.days)
            for days, title in PERIODS
        ]

    @property
    def since(self):
        return self.now - self.days * DAY

    @cached_property
    def history(self):
        return one.history(self.db, self.row.id, self.since, self.now)

    @property
    def log(self):
        """The rows of the period, newest first."""
        return self.history[::-1][:MOST_ROWS]

    @property
    def strip(self):
        rows = [row[:3] for row in self.history]
        title = self.translate(_("How it was"))
        return strip(rows, self.since, self.now, title, self.told, WIDTH, 36, self.tip)

    @property
    def told(self):
        """The period in a sentence, for those who do not see pictures."""
        share = self.share
        return self.translate(
            _(
                "Up ${up}, down ${down}, unknown ${unknown}.",
                mapping={
                    "up": self.lasting(share.up),
                    "down": self.lasting(share.down),
                    "unknown": self.lasting(share.unknown),
                },
            )
        )

    def tip(self, since, until, status):
        word = self.translate(words.STATUS[status])
        return f"{word}: {self.time(since)}, {self.lasting(until - since)}"

    @cached_property
    def share(self):
        return one.share(self.db, self.row.id, self.since, self.now)

    @property
    def shares(self):
        """``[(title, Availability)]`` of usual periods."""
        return [
            (title, one.share(self.db, self.row.id, self.now - days * DAY, self.now))
            for days, title in PERIODS
        ]

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

    def _points(self):
        """The samples of a period as JSON for uPlot, no more than it has pixels."""
        since = self.number("since", self.since, times.LATEST)
        until = self.number("until", self.now, times.LATEST)
        since = max(since, until - LONGEST)
        width = min(self.number("width", WIDTH), MOST_POINTS)
        buckets = []
        if since < until:
            buckets, _percentiles = one.latencies(
                self.db, self.row.id, since, until, width
            )
        self.request.response.setHeader("Content-Type", "application/json")
        columns = ("start", "low", "middle", "high")
        return json.dumps(
            {name: [rounded(getattr(b, name)) for b in buckets] for name in columns},
            separators=(",", ":"),
        )

    @property
    def phases(self):
        found = one.phases(self.db, self.row.id)
        if not found:
            return None
        named = [(self.translate(words.PHASES[name]), ms) for name, ms in found]
        return phases(
            named, self.translate(_("Where the time of the last answer went"))
        )

    @property
    def sources(self):
        return one.sources(self.db, self.row.id)

    @property
    def metrics(self):
        return one.metrics(self.db, self.row.id)

    @property
    def why_not(self):
        return one.problems(self.db, self.row.id)

    @property
    def is_derived(self):
        """Whether it is the history of a rule or an alarm, changed elsewhere."""
        return self.row.kind in DERIVED

    @property
    def edit_url(self):
        if self.is_derived:
            return self.entry_url(self.row)
        return self.url("hoard-check-edit", id=self.row.id)

    @property
    def memberships(self):
        return one.groups(self.db, self.row.id)

    @property
    def incidents(self):
        return incidents.of_check(self.db, self.row.id, self.now)

    @cached_property
    def care(self):
        """``(author, text, until)`` of who takes care, or None."""
        return incidents.cares(self.db, [self.row.id], self.now).get(self.row.id)

    @cached_property
    def suppressed(self):
        return one.suppressed(self.db, self.row.id, self.since, self.now)

    @property
    def regime(self):
        return one.regime(self.db, self.row.id)

    @property
    def known_since(self):
        return report.first_known(self.db, self.row.id)

    hours = HOURS

    @property
    def zone(self):
        return str(site_zone())


def rounded(value):
    return round(value, 1) if isinstance(value, float) else value
