"""``@@hoard-monitoring``: all checks, worst first."""

from ..drawing.strip import strip
from ..reading import news
from ..reading import standings
from ..times import DAY
from .page import Page
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Overview(Page):
    index = ViewPageTemplateFile("templates/overview.pt")

    def answer(self):
        self.asked = standings.Asked(
            text=self.given("text").strip()[:200],
            group=self.given("group")[:200],
            status=self.given("status"),
            page=self.number("page"),
        )
        self.found = standings.page(self.db, self.now, self.asked)
        ids = [line.id for line in self.found.lines]
        self.rows = news.strips(self.db, self.now, ids, self.now - DAY)
        return self.index()

    @property
    def counts(self):
        """``[(status, how many, address, whether it is chosen)]``"""
        found = standings.counts(self.db, self.now, self.asked)
        return [
            (
                status,
                found[status],
                self.list_url(status=status),
                self.asked.status == status,
            )
            for status in standings.ORDER
        ]

    def list_url(self, **changed):
        asked = {
            "text": self.asked.text,
            "group": self.asked.group,
            "status": self.asked.status,
        }
        return self.url(**{**asked, **changed})

    @property
    def groups(self):
        return standings.groups(self.db)

    @property
    def is_narrowed(self):
        return bool(self.asked.text or self.asked.group or self.asked.status)

    def strip(self, line):
        """The last day of a check."""
        title = self.translate(_("The last 24 hours"))
        rows = self.rows[line.id]
        return strip(rows, self.now - DAY, self.now, title, width=120, height=20)

    @property
    def older(self):
        found = self.found
        return self.list_url(page=found.page + 1) if found.page < found.pages else None

    @property
    def newer(self):
        return self.list_url(page=self.found.page - 1) if self.found.page > 1 else None
