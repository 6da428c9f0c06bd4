"""``@hoard-states``: counts by status, and all that is not well."""

from ...watch.reading import news
from ...watch.reading import standings
from .base import MonitoringService
from .checks import brief


class Get(MonitoringService):
    """``?group=NAME``; ``?status=crit`` for that status only, page by page."""

    def work(self):
        with self.reading() as connection:
            group = self.given("group")[:200]
            asked = standings.Asked(
                group=group,
                status=self.choice("status", standings.ORDER) or "crit",
                page=self.whole("page", 1, 1_000_000),
                size=self.whole("size", 100, standings.LARGEST),
            )
            counts = standings.counts(
                connection, self.now, standings.Asked(group=group)
            )
            found = standings.page(connection, self.now, asked)
            return {
                "@id": self.url("states"),
                "seq": news.seq(connection),
                "status": standings.worst(counts),
                "counts": counts,
                "items": [brief(self, line) for line in found.lines],
                "items_total": found.total,
                "page": found.page,
                "pages": found.pages,
            }
