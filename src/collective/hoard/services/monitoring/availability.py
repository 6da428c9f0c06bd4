"""``@hoard-availability``: seconds and shares of any period."""

from ...watch.reading import one
from ...watch.reading import report
from ...watch.times import DAY
from ..asked import Refused
from .base import GONE
from .base import iso
from .base import MonitoringService
from collective.hoard import _
from dataclasses import asdict


BACKWARDS = _("The period ends before it begins.")
SIZE = 200


class Get(MonitoringService):
    """``?since=&until=``, the last 30 days by default; ``/NUMBER`` for one check.

    ``&group=`` narrows, ``&with_maintenance=1`` counts maintenance as what it was.
    """

    takes_path = True

    def work(self):
        with self.reading() as self.db:
            until = min(self.moment("until", self.now), self.now)
            since = self.moment("since", until - 30 * DAY)
            if since >= until:
                raise Refused(400, "BadRequest", BACKWARDS, [("until", BACKWARDS)])
            with_it = self.flag("with_maintenance")
            answer = {"since": iso(since), "until": iso(until)}
            if self._path:
                return answer | self._one(self.number(), since, until, with_it)
            group = self.given("group")[:200]
            total, found = report.shares(self.db, since, until, group, with_it)
        return answer | self._page(total, found)

    def _one(self, number, since, until, with_it):
        if one.find(self.db, number) is None:
            raise Refused(404, "NotFound", GONE)
        share = one.share(self.db, number, since, until, with_it)
        return {"@id": self.url("availability", number), **numbers(share)}

    def _page(self, total, found):
        size = self.whole("size", SIZE, 5000)
        pages = max(-(-len(found) // size), 1)
        page = self.whole("page", 1, pages)
        return {
            "@id": self.url("availability"),
            "total": numbers(total),
            "items": [
                {
                    "@id": self.url("availability", share.id),
                    "id": share.id,
                    "name": share.name,
                    "title": share.title,
                    **numbers(share.found),
                }
                for share in found[(page - 1) * size : page * size]
            ],
            "items_total": len(found),
            "page": page,
            "pages": pages,
        }


def numbers(found):
    return {
        **asdict(found),
        "of_known": found.of_known,
        "of_period": found.of_period,
        "coverage": found.coverage,
    }
