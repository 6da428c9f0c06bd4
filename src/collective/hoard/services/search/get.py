"""``GET {site}/@hoard-search`` and ``GET {form}/@hoard-search``"""

from ...forms.limits import get_limits
from ...search.asked import clean
from ...search.engine import search
from ...search.highlight import has_mark
from ...search.hits import Reader
from ..asked import HoardService
from ..asked import Refused
from collective.hoard import _
from urllib.parse import urlencode
from zope.component.hooks import getSite
from zope.i18nmessageid import Message


WRONG = _("Some parameters cannot be understood.")


class SiteSearchGet(HoardService):
    """Everything that the user may read."""

    uids = None

    def answer(self):
        params = self.request.form
        found = search(
            getSite(),
            params,
            self.uids,
            get_limits().page_size,
            scan=params.get("scan") == "1",
        )
        answer = self._answer(found)
        # Asked first: an unknown cursor is noticed by the index alone.
        if found.asked.problems:
            raise Refused(400, "BadRequest", WRONG, list(found.asked.problems.items()))
        return answer

    def _answer(self, found):
        reader = Reader(found, self.text)
        url = f"{self.context.absolute_url()}/@hoard-search"
        return {
            "@id": url,
            "items": [
                {**reader.as_json(one), "highlights": _highlights(one)}
                for one in reader.shown(found.found.hits)
            ],
            "items_total": found.found.total,
            "facets": {
                name: [self._value(found, name, *pair) for pair in pairs]
                for name, pairs in found.found.facets.items()
            },
            "index": self._index(found.lag),
            "links": self._links(url, found.found.cursor),
        }

    def _value(self, found, name, text, count):
        if name.startswith("_"):
            return {"value": text, "count": count}
        label = found.fields[name].label(text)
        label = self.text(label) if isinstance(label, Message) else str(label)
        return {"value": text[1:], "title": label, "count": count}

    def _index(self, lag):
        since = lag.since.isoformat(timespec="seconds") if lag.since else None
        problem = None if lag.problem is None else self.text(lag.problem)
        state = {"behind": lag.count, "since": since, "scanned": lag.scanned}
        return {**state, "problem": problem}

    def _links(self, url, cursor):
        if not cursor:
            return {}
        given = {n: v for n, v in clean(self.request.form).items() if n != "cursor"}
        query = urlencode({**given, "cursor": cursor}, doseq=True)
        return {"next": f"{url}?{query}"}

    def text(self, message):
        is_message = isinstance(message, Message)
        return super().text(message) if is_message else str(message)


class FormSearchGet(SiteSearchGet):
    """The submissions of one form."""

    @property
    def uids(self):
        return [self.context.UID()]


def _highlights(shown):
    """``[{"title", "pieces": [{"text", "marked"}]}]`` of fields with what was found."""
    return [
        {
            "title": title,
            "pieces": [{"text": p.text, "marked": p.marked} for p in pieces],
        }
        for title, pieces in shown.cells
        if has_mark(pieces)
    ]
