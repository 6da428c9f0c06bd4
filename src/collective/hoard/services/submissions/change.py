"""``PATCH {form}/@submissions/{id}``"""

from ...forms.amend import amend
from ...forms.columns import columns
from ...forms.export import values_to_json
from ...forms.interfaces import SubmissionRefused
from ...forms.rights import demand
from ...forms.rights import READ
from ...ledger.interfaces import StaleRevision
from ..asked import guard
from ..asked import Refused
from .below import BelowSubmissions
from .rows import collection_url
from .rows import find_row
from .sending import TakesValues
from collective.hoard import _


SHAPE = _(
    'The body must be an object with two entries: "values", itself an object, and '
    '"revision", the number that was read with the submission.'
)
STALE = _(
    "This submission has been changed meanwhile. Nothing was stored. Read it again, "
    "then send your change with the present revision."
)


class SubmissionsPatch(BelowSubmissions, TakesValues):
    """Correct one submission; the same rules as in the browser."""

    def answer(self):
        # Answers tell what others have stored.
        demand(READ, self.context)
        guard(self.request)
        ledger, row = find_row(self.context, self._path)
        values, revision = self._asked()
        try:
            new = amend(
                self.context,
                row.key,
                values,
                revision=revision,
                user_id=self.user_id(),
                json=True,
            )
        except SubmissionRefused as refused:
            return self.wrong_values(refused.errors)
        except StaleRevision as stale:
            return self._stale(stale, ledger)
        url = f"{collection_url(self.context)}/{row.key}"
        return {"@id": url, "id": str(row.key), "revision": new}

    def _asked(self):
        data = self.body()
        values, revision = data.get("values"), data.get("revision")
        is_good = isinstance(values, dict) and type(revision) is int and revision >= 0
        if set(data) != {"values", "revision"} or not is_good:
            raise Refused(400, "BadRequest", SHAPE)
        return values, revision

    def _stale(self, stale, ledger):
        self.request.response.setStatus(409)
        error = {"type": "StaleRevision", "message": self.text(STALE)}
        shown = {column.id: column for column in columns(ledger)}
        last = _change(stale.last, shown) if stale.last else None
        return {"error": error, "revision": stale.actual, "last": last}


def _change(change, shown):
    return {
        "time": change.time.isoformat(timespec="milliseconds"),
        "user": change.user_id,
        "revision": change.revision,
        "before": values_to_json(change.before, shown),
        "after": values_to_json(change.after, shown),
    }
