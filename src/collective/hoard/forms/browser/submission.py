"""One submission: its values, its history, its files."""

from ...ledger.files import is_file
from ...ledger.interfaces import RowMissing
from ..asking import read_key
from ..rights import DELETE
from .download import send
from .receiver import Receiver
from collective.hoard import _
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


NOT_HERE = _("There is nothing here. It may have been deleted meanwhile.")


class Submission(Receiver):
    """``@@hoard-submissions/KEY`` and ``@@hoard-submissions/KEY/files/FIELD``."""

    index = ViewPageTemplateFile("templates/submission.pt")

    def __call__(self, key, *rest):
        self._key, self._rest = key, rest
        return super().__call__()

    def answer(self):
        self.row = self._find()
        if self.row is not None and not self._rest:
            return self.index()
        value = self._file()
        if value is not None:
            return send(value, self.request)
        # Not the exception NotFound: Plone's page for it cannot be drawn for an
        # address below a view.
        return self.notice(NOT_HERE, status=404)

    def _find(self):
        """The row, or None; other forms have ledgers of their own, so their
        keys are unknown here."""
        key = read_key(self._key)
        if key is None or self.ledger is None:
            return None
        try:
            return self.ledger.get(key)
        except RowMissing:
            return None

    def _file(self):
        if self.row is None or len(self._rest) != 2 or self._rest[0] != "files":
            return None
        value = self.row.values.get(self._rest[1])
        return value if is_file(value) else None

    @property
    def url(self):
        return f"{self.list_url}/{self.row.key}"

    @cached_property
    def _columns_by_id(self):
        return {column.id: column for column in self.columns}

    @property
    def values(self):
        """dicts of every value and of every current field, in order."""
        known, values = self._columns_by_id, self.row.values
        for column in known.values():
            if column.id in values or not column.removed:
                yield self._value(column.id, column.title, column.removed)
        for id in values:
            if id not in known:
                yield self._value(id, id, False)

    def _value(self, id, title, removed):
        value = self.row.values.get(id)
        url = f"{self.url}/files/{id}" if is_file(value) else None
        text = self.value_text(id, value)
        return {"id": id, "title": title, "removed": removed, "text": text, "url": url}

    def value_text(self, id, value):
        column = self._columns_by_id.get(id)
        if value is None:
            return ""
        return self.text(column, value) if column else str(value)

    @property
    def history(self):
        """dicts of the changes, newest first."""
        for change in reversed(self.ledger.history(self.row.key)):
            yield {
                "time": self.time(change.time),
                "person": self.person(change.user_id),
                "values": [self._difference(change, id) for id in change.after],
            }

    def _difference(self, change, id):
        column = self._columns_by_id.get(id)
        return {
            "title": column.title if column else id,
            "before": self.value_text(id, change.before.get(id)),
            "after": self.value_text(id, change.after[id]),
        }

    @property
    def newer_url(self):
        rows = self.ledger.page(1, after=self.row.key).rows
        return f"{self.list_url}/{rows[0].key}" if rows else None

    @property
    def older_url(self):
        rows = self.ledger.page(1, before=self.row.key).rows
        return f"{self.list_url}/{rows[0].key}" if rows else None

    @property
    def delete_url(self):
        url = f"{self.form_url}/@@hoard-delete-submissions?keys={self.row.key}"
        return url if self.may(DELETE) else None
