"""``@@hoard-availability``: shares of any period, with what is known of it."""

from .. import times
from ..reading import report
from ..reading import standings
from .page import Page
from collective.hoard import _
from datetime import timedelta
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
import csv
import io


#: Lines of the page; the CSV has them all.
PAGE = 100
HEAD = (
    "check", "title", "from", "to", "up_s", "down_s", "unknown_s", "unmonitored_s",
    "maintenance_s", "of_known", "of_period", "coverage",
)  # fmt: skip
#: First signs that spreadsheets take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BACKWARDS = _("The period ends before it begins.")
NO_DATE = _("“${value}” is not a date like 2026-12-31.")


class Report(Page):
    name = "hoard-availability"
    index = ViewPageTemplateFile("templates/report.pt")

    def answer(self):
        self._read_period()
        self.with_maintenance = bool(self.given("with_maintenance"))
        self.group = self.given("group")[:200]
        end = min(self.until, self.now)
        if self.since < end:
            self.total, self.shares = report.shares(
                self.db, self.since, end, self.group, self.with_maintenance
            )
        else:
            self.total, self.shares = None, []
        if self.given("format") == "csv":
            return self._csv(end)
        return self.index()

    def day(self, date):
        return times.shown_day(date, self.context, self.request)

    def _read_period(self):
        today = times.moment(self.now).date()
        self.first, self.last = today - timedelta(days=29), today
        found = {name: self._date(name) for name in ("since", "until")}
        if found["since"] and found["until"] and found["until"] < found["since"]:
            self.problems.append(("until", BACKWARDS))
        else:
            self.last = found["until"] or self.last
            self.first = found["since"] or min(self.first, self.last)
        self.since, self.until = times.period(self.first, self.last)

    def _date(self, name):
        text = self.given(name).strip()
        found = times.read_date(text) if text else None
        if text and (found is None or not 1970 < found.year < 9000):
            words = _(NO_DATE, mapping={"value": text[:40]})
            self.problems.append((name, words))
            return None
        return found

    @cached_property
    def groups(self):
        return standings.groups(self.db)

    @property
    def page(self):
        start = (self.page_number - 1) * PAGE
        return self.shares[start : start + PAGE]

    @property
    def pages(self):
        return max(-(-len(self.shares) // PAGE), 1)

    @property
    def page_number(self):
        return min(self.number("page"), self.pages)

    def same_url(self, **more):
        """This report in another form."""
        return self.url(
            since=self.first.isoformat(),
            until=self.last.isoformat(),
            group=self.group,
            with_maintenance="1" if self.with_maintenance else "",
            **more,
        )

    def _csv(self, end):
        out = io.StringIO()
        write = csv.writer(out).writerow
        write(HEAD)
        for one in self.shares:
            found = one.found
            shares = (found.of_known, found.of_period, found.coverage)
            write(
                (
                    plain(one.name),
                    plain(one.title),
                    times.iso(self.since),
                    times.iso(end),
                    found.up,
                    found.down,
                    found.unknown,
                    found.unmonitored,
                    found.maintenance,
                    *("" if s is None else f"{s:.6f}" for s in shares),
                )
            )
        name = f"availability-{self.first}-{self.last}.csv"
        response = self.request.response
        response.setHeader("Content-Type", "text/csv; charset=utf-8")
        response.setHeader("Content-Disposition", f'attachment; filename="{name}"')
        return out.getvalue().encode()


def plain(text):
    """*text* that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
