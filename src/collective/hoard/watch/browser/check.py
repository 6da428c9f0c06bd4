"""``@@hoard-check/NUMBER``: everything about one check."""

from ...monitoring.judge.interfaces import DERIVED
from .. import rights
from .. import times
from .. import words
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
from .charts import Charts
from .charts import WIDTH
from collective.hoard import _
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


PERIODS = (
    (1, _("24 hours")),
    (7, _("7 days")),
    (30, _("30 days")),
    (90, _("90 days")),
    (365, _("A year")),
)
MOST_ROWS = 100
HOURS = (1, 4, 24, 168)


class Check(Charts, Below):
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
            return self.points()
        if self._below[1:2] == ["values"] and len(self._below) == 3:
            return self.points(self.metric_of(self._below[2]))
        if self._below[1:]:
            raise NotFound(self._below[1])
        return self.index()

    @property
    def page_title(self):
        line = getattr(self, "line", None)
        return super().page_title if line is None else line.label

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

    def begun(self, row):
        """When it began; empty before the check was watched."""
        return "" if row[2] == "unmonitored" and row[0] == self.since else row[0]

    @property
    def strip(self):
        rows = [(max(row[0], self.since), *row[1:3]) for row in self.history]
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
        return one.problems(self.db, self.row)

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
