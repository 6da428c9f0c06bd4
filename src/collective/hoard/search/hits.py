"""What is shown of hits: read from the ledger or the content, as it is now.

The last word on rights is here: whatever an index says, nobody is shown what he
may not see.
"""

from ..forms.columns import columns
from ..forms.export import row_to_json
from ..ledger.interfaces import RowMissing
from .highlight import has_mark
from .highlight import pieces
from .interfaces import is_restricted
from .rows import Rows
from dataclasses import dataclass
from Products.CMFCore.utils import getToolByName
from zope.i18nmessageid import Message


#: Fields that are shown if none of them has what was looked for.
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One hit. ``cells`` are ``(title, pieces)``; ``time`` is an aware datetime;
    ``row`` None for records and content; ``collection`` an `ICollection`."""

    hit: object
    collection: object
    url: str
    title: str
    time: object
    cells: tuple = ()
    row: object = None


class Reader:
    """Reads hits of *search*, an `engine.Search`; *translate* turns messages into
    text."""

    def __init__(self, search, translate):
        self._search = search
        self._translate = translate
        self._columns = {}

    def shown(self, hits):
        """A `Shown` for each of *hits* that is still there, in order."""
        return [one for hit in hits if (one := self._one(hit)) is not None]

    def _one(self, hit):
        collection = self._search.collections.get(hit.uid)
        if collection is None:
            return None
        if is_restricted(hit.uid):
            return self._content(hit, collection)
        return self._row(hit, collection)

    def _row(self, hit, rows: Rows):
        try:
            row = rows.ledger.get(hit.key)
        except RowMissing:
            return None
        url = f"{rows.form.absolute_url()}/@@hoard-submissions/{row.key}"
        cells = self._cells(rows, row.values)
        return Shown(hit, rows, url, rows.title, row.submitted, cells, row)

    def _cells(self, rows, values):
        """Fields with what was looked for first."""
        found = []
        for column in self.columns(rows).values():
            value = values.get(column.id)
            if value is None or column.kind.widget == "hidden":
                continue
            text = column.display(value)
            text = self._translate(text) if isinstance(text, Message) else str(text)
            if text.strip():
                marked = pieces(text, self._search.asked.query, column.id)
                found.append((column.title, marked))
        found.sort(key=lambda cell: not has_mark(cell[1]))
        hits = sum(has_mark(cell[1]) for cell in found)
        return tuple(found[: max(SHOWN, hits)])

    def columns(self, rows):
        """``{field id: Column}`` of a form."""
        if rows.uid not in self._columns:
            self._columns[rows.uid] = {c.id: c for c in columns(rows.ledger)}
        return self._columns[rows.uid]

    def _content(self, hit, collection):
        """Asked of the catalog with the rights of the user, as they are now."""
        catalog = getToolByName(self._search.site, "portal_catalog")
        for brain in catalog(UID=hit.ref):
            document = collection.document(hit.key, hit.ref)
            if document is None:
                return None
            title = pieces(
                brain.Title or brain.getId, self._search.asked.query, "title"
            )
            about = pieces(
                brain.Description or "", self._search.asked.query, "fulltext"
            )
            cells = (("", title), *((("", about),) if about else ()))
            time = brain.created.asdatetime()
            return Shown(hit, collection, brain.getURL(), brain.Title, time, cells)
        return None

    def as_json(self, shown):
        """A `Shown` as JSON data."""
        if shown.row is None:
            return {"@id": shown.url, "title": shown.title, "uid": shown.hit.ref}
        data = row_to_json(shown.row, self.columns(shown.collection))
        form = shown.collection.form
        data["@id"] = f"{form.absolute_url()}/@submissions/{shown.row.key}"
        data["form"] = {"@id": form.absolute_url(), "title": shown.title}
        data["form"]["uid"] = shown.hit.uid
        return data
