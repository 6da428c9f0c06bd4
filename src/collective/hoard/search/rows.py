"""The rows of a ledger as documents."""

from ..ledger.interfaces import RowMissing
from ..ledger.keys import clamp
from ..ledger.keys import key_time
from ..ledger.keys import MILLISECOND
from .fields import exact_of
from .fields import fingerprint
from .fields import order_of
from .fields import searchable
from .fields import words_of
from .interfaces import Document
from .interfaces import ICollection
from zope.interface import implementer


#: Part of every token: a change of how documents are made makes all of them old.
LAYOUT = 1


@implementer(ICollection)
class Rows:
    """See `ICollection`; *form* is None where only the ledger is known."""

    kind = "form"

    def __init__(self, ledger, form=None):
        self.uid = ledger.form_uid
        self.ledger = ledger
        self.form = form
        self.fields = searchable(ledger)
        self._print = fingerprint(self.fields)

    @property
    def title(self):
        return self.form.Title() if self.form is not None else self.ledger.title

    @property
    def fingerprint(self):
        return f"{LAYOUT}.{self._print}"

    def __len__(self):
        return len(self.ledger)

    def __bool__(self):
        return True

    def document(self, key, ref=None):
        try:
            return self.from_row(self.ledger.get(key))
        except RowMissing:
            return None

    def documents(self, after=None):
        since = None if after is None else key_time(clamp(after))
        rows = self.ledger.iter_rows(since=since)
        return (self.from_row(row) for row in rows if after is None or row.key > after)

    def newest(self, before=None):
        until = None if before is None else key_time(clamp(before)) + MILLISECOND
        rows = self.ledger.iter_rows(until=until, newest_first=True)
        return (
            self.from_row(row) for row in rows if before is None or row.key <= before
        )

    def tokens(self):
        return ((row.key, None, self._token(row)) for row in self.ledger.iter_rows())

    def _token(self, row):
        return f"{LAYOUT}.{self._print}.{row.revision}"

    def from_row(self, row):
        """The `Document` of one row."""
        words, exact, order = {}, {}, {}
        for id, value in row.values.items():
            field = self.fields.get(id)
            if field is None or value is None:
                continue
            if found := words_of(field, value):
                words[id] = found
            if found := exact_of(field, value):
                exact[id] = found
            if (found := order_of(field, value)) is not None:
                order[id] = found
        return Document(self.uid, row.key, self._token(row), words, exact, order)
