"""What a message says: docs/reference/messages.md describes it.

Made when the transaction commits, of plain values only; files are described,
their content stays where it is.
"""

from ..forms.columns import columns_of
from ..forms.export import row_to_json
from ..ledger import get_ledger
from ..ledger.interfaces import LedgerMissing
from ..ledger.interfaces import RowMissing
from .interfaces import MESSAGE_VERSION
from .remembering import Remembered
from dataclasses import dataclass
from datetime import datetime
from datetime import UTC
from functools import cached_property
from zope.component.hooks import getSite
import json


@dataclass(frozen=True)
class Occasion:
    """What rules look at: an event of a form, and the row if it is still there.

    ``columns`` maps field ids to `forms.columns.Column`; ``row`` is an `IRow`.
    """

    form: object
    form_uid: str
    event: str
    keys: tuple
    time: datetime
    row: object = None
    columns: dict = None

    @cached_property
    def payload(self):
        """See `payload`; made once for all targets."""
        return payload(self)

    @property
    def values(self):
        return self.row.values if self.row is not None else {}


def occasion(form, form_uid, event, keys, now=None):
    """The `Occasion` of an event; None if its row is gone again already."""
    now = now or datetime.now(UTC)
    if event == "removed":
        return Occasion(form, form_uid, event, tuple(keys), now)
    try:
        ledger = get_ledger(getSite(), form_uid)
        row = ledger.get(keys[0])
    except (LedgerMissing, RowMissing):
        return None
    return Occasion(form, form_uid, event, tuple(keys), now, row, _shown(ledger))


def _shown(ledger):
    """``{field id: Column}``; those of the same schemas are made once."""
    return _columns(ledger.form_uid, ledger.schema_texts)


def _columns_by_id(texts):
    schemas = {number: json.loads(text) for number, text in texts.items()}
    return {column.id: column for column in columns_of(schemas)}


_columns = Remembered(_columns_by_id)


def payload(occasion):
    """The message as JSON data, without the id that the outbox gives it."""
    form, url = occasion.form, occasion.form.absolute_url()
    data = {
        "version": MESSAGE_VERSION,
        "event": occasion.event,
        "time": occasion.time.isoformat(timespec="milliseconds"),
        "form": {
            "uid": occasion.form_uid,
            "id": form.getId(),
            "title": form.Title(),
            "path": form_path(form),
            "url": url,
        },
        "submissions": [str(key) for key in occasion.keys],
        "submission": None,
    }
    if occasion.row is not None:
        data["submission"] = row_to_json(occasion.row, occasion.columns)
        data["submission"]["url"] = _row_url(url, occasion.row.key)
    return data


def form_path(form):
    """Where *form* is, seen from the site: ``/about/contact``."""
    start = len(getSite().getPhysicalPath())
    return "/" + "/".join(form.getPhysicalPath()[start:])


def submission_url(form, key):
    return _row_url(form.absolute_url(), key)


def _row_url(form_url, key):
    return f"{form_url}/@@hoard-submissions/{key}"


def without_values(data):
    """*data* of a submission that was removed while the message waited."""
    submission = {**data["submission"], "values": {}, "user": None}
    return {**data, "submission": submission, "erased": True}
