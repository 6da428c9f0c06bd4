"""``GET {form}/@submissions`` and ``GET {form}/@submissions/{id}``"""

from ...forms.asking import page
from ...forms.asking import read
from ...forms.keeping import find_ledger
from ...forms.limits import get_limits
from ..asked import HoardService
from ..asked import Refused
from .below import BelowSubmissions
from .rows import collection_url
from .rows import find_row
from .rows import rows_to_json
from collective.hoard import _
from urllib.parse import urlencode


WRONG = _("Some parameters cannot be understood.")


class SubmissionsGet(BelowSubmissions, HoardService):
    """A page of the list, newest first, or one submission."""

    def answer(self):
        if self._path:
            ledger, row = find_row(self.context, self._path)
            return rows_to_json(self.context, ledger, [row])[0]
        asked, problems = read(self.request.form, get_limits().page_size)
        if problems:
            raise Refused(400, "BadRequest", WRONG, list(problems.items()))
        return self._list(asked)

    def _list(self, asked):
        url = collection_url(self.context)
        ledger = find_ledger(self.context)
        if ledger is None:
            return {"@id": url, "items": [], "items_total": 0, "links": {}}
        found = page(ledger, asked)
        places = {"next": ("before", found.older), "previous": ("after", found.newer)}
        return {
            "@id": url,
            "items": rows_to_json(self.context, ledger, found.rows),
            "items_total": len(ledger),
            "links": {
                name: f"{url}?{self._query(*place)}"
                for name, place in places.items()
                if place[1] is not None
            },
        }

    def _query(self, name, key):
        given = self.request.form
        kept = {n: given[n] for n in ("since", "until", "size") if given.get(n)}
        return urlencode({**kept, name: key})
