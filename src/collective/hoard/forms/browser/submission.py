"""One submission: its values, its history, its files, its correction."""

from ...ledger.files import is_file
from ...ledger.interfaces import RowMissing
from ..asking import read_key
from ..rights import CHANGE
from ..rights import DELETE
from ..rights import demand
from .amending import EditSubmission
from .download import send
from .download import why_held
from .receiver import Receiver
from collective.hoard import _
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import quote
from zope.component import queryMultiAdapter


#: Name of the page that makes links, see the package ``links``.
LINKS = "hoard-links"
NOT_HERE = _("There is nothing here. It may have been deleted meanwhile.")


class Submission(Receiver):
    """``@@hoard-submissions/KEY``, and below it ``files/FIELD`` and ``edit``."""

    index = ViewPageTemplateFile("templates/submission.pt")
    changes_template = ViewPageTemplateFile("templates/changes.pt")

    def __call__(self, key, *rest):
        self._key, self._rest = key, rest
        return super().__call__()

    def answer(self):
        edit = self._rest == ("edit",)
        if edit:
            demand(CHANGE, self.context)
        self.row = self._find()
        if self.row is not None and edit:
            return EditSubmission(self.context, self.request)(self)
        if self.row is not None and not self._rest:
            return self.index()
        value = self._file()
        if value is not None:
            return self._send(value)
        # Not the exception NotFound: Plone's page for it cannot be drawn for an
        # address below a view.
        return self.notice(NOT_HERE, status=404)

    def _send(self, value):
        reason = why_held(value)
        if reason is not None:
            return self.notice(reason, status=409)
        return send(value, self.request)

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
        held = why_held(value) if url else None
        return {
            "id": id,
            "title": title,
            "removed": removed,
            "text": text,
            "url": None if held else url,
            "held": held,
            "share_url": self._share_url(id) if url and not held else None,
        }

    def _share_url(self, id):
        """Where links to the file are made, if something here makes any."""
        view = queryMultiAdapter((self.context, self.request), name=LINKS)
        query = f"key={self.row.key}&field={quote(id)}"
        return f"{self.form_url}/@@{LINKS}?{query}" if view is not None else None

    def value_text(self, id, value):
        column = self._columns_by_id.get(id)
        if value is None:
            return ""
        return self.text(column, value) if column else str(value)

    @property
    def changes(self):
        """The template that draws what `history` yields."""
        return self.changes_template

    @property
    def history(self):
        """dicts of the changes, newest first."""
        return self.changes_since(0)

    def changes_since(self, revision):
        """The same, of those that were made to *revision* of the row."""
        for change in reversed(self.ledger.history(self.row.key)):
            if change.revision <= revision:
                return
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
    def edit_url(self):
        return f"{self.url}/edit" if self.may(CHANGE) else None

    @property
    def delete_url(self):
        url = f"{self.form_url}/@@hoard-delete-submissions?keys={self.row.key}"
        return url if self.may(DELETE) else None
