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
from dataclasses import replace
from datetime import datetime
from datetime import UTC
from functools import cached_property
from zope.component.hooks import getSite
import json


@dataclass(frozen=True, slots=True)
class About:
    """What messages tell of a form: ``path`` is seen from the site."""

    uid: str
    id: str
    title: str
    path: str
    url: str

    @property
    def data(self):
        """As a mapping: the names of the attributes, in their order."""
        return {name: getattr(self, name) for name in self.__slots__}


def about(form, uid):
    """The `About` of *form* as it is now."""
    url = form.absolute_url()
    return About(uid, form.getId(), form.Title(), _form_path(form), url)


@dataclass(frozen=True)
class Occasion:
    """What rules look at: an event of a form, and the row if it is still there.

    ``columns`` maps field ids to `forms.columns.Column`; ``row`` is an `IRow`.
    """

    about: About
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
    told = about(form, form_uid), event, tuple(keys), now or datetime.now(UTC)
    if event == "removed":
        return Occasion(*told)
    try:
        ledger = get_ledger(getSite(), form_uid)
        row = ledger.get(keys[0])
    except (LedgerMissing, RowMissing):
        return None
    return Occasion(*told, row, _shown(ledger))


def remembered_occasion(root, data):
    """The `Occasion` that *data*, a payload, was made of, with the values of then;
    None if its row was removed since."""
    told = About(**data["form"]), data["event"], tuple(map(int, data["submissions"]))
    told = (*told, datetime.fromisoformat(data["time"]))
    if data["submission"] is None:
        return Occasion(*told)
    try:
        ledger = get_ledger(root, data["form"]["uid"])
        row = _row_of_then(ledger, told[2][0], data["submission"]["revision"])
    except (LedgerMissing, RowMissing):
        return None
    return Occasion(*told, row, _shown(ledger))


def _row_of_then(ledger, key, revision):
    row = ledger.get(key)
    if row.revision == revision:
        return row
    values = dict(row.values)
    for change in reversed(ledger.history(key)):
        if change.revision > revision:
            values = {id: v for id, v in values.items() if id not in change.after}
            values |= change.before
    # In the order of the form, which a change may have left.
    order = [id for id in _shown(ledger) if id in values]
    values = {id: values[id] for id in (*order, *values)}
    return replace(row, values=values, revision=revision)


def _shown(ledger):
    """``{field id: Column}``; those of the same schemas are made once."""
    return _columns(ledger.form_uid, ledger.schema_texts)


def _columns_by_id(texts):
    schemas = {number: json.loads(text) for number, text in texts.items()}
    return {column.id: column for column in columns_of(schemas)}


_columns = Remembered(_columns_by_id)


def payload(occasion):
    """The message as JSON data, without the id that the outbox gives it."""
    data = {
        "version": MESSAGE_VERSION,
        "event": occasion.event,
        "time": occasion.time.isoformat(timespec="milliseconds"),
        "form": occasion.about.data,
        "submissions": [str(key) for key in occasion.keys],
        "submission": None,
    }
    if occasion.row is not None:
        data["submission"] = row_to_json(occasion.row, occasion.columns)
        data["submission"]["url"] = submission_url(occasion.about, occasion.row.key)
    return data


def _form_path(form):
    """Where *form* is, seen from the site: ``/about/contact``."""
    start = len(getSite().getPhysicalPath())
    return "/" + "/".join(form.getPhysicalPath()[start:])


def submission_url(about, key):
    return f"{about.url}/@@hoard-submissions/{key}"


def without_values(data):
    """*data* of a submission that was removed while the message waited."""
    submission = {**data["submission"], "values": {}, "user": None}
    return {**data, "submission": submission, "erased": True}
