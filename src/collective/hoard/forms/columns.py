"""The columns of a ledger: fields of every schema version, none left out."""

from ..ledger.files import is_file
from .definition import make_field
from .interfaces import DEFINITION_VERSION
from .interfaces import Field
from .interfaces import IFieldKind
from .kinds.file import File
from .kinds.text import Text
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from zope.component import queryUtility


@dataclass(frozen=True, slots=True)
class Column:
    """One field over all versions; ``field`` is its newest form."""

    id: str
    title: str
    removed: bool
    field: Field
    kind: object

    def display(self, value):
        return self._converted(self.kind.display, value, "", as_text)

    def to_csv(self, value):
        return self._converted(self.kind.to_csv, value, None, as_text)

    def to_json(self, value):
        return self._converted(self.kind.to_json, value, None, as_json)

    def _converted(self, convert, value, empty, otherwise):
        """A value stored when the field was of another kind, or of one that is
        no longer installed, must not stop an export: it is shown as what it is."""
        if value is None:
            return empty
        if type(value) not in self.kind.types:
            return otherwise(value)
        try:
            return convert(self.field, value)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return otherwise(value)


def as_text(value):
    """A stored *value* as text, whatever kind of field it came from."""
    if is_file(value):
        return value["filename"]
    if isinstance(value, tuple):
        return ", ".join(map(as_text, value))
    return str(value)


def as_json(value):
    """A stored *value* as JSON data, whatever kind of field it came from."""
    if is_file(value):
        return File().to_json(None, value)
    if isinstance(value, tuple):
        return [as_json(one) for one in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    plain = value is None or isinstance(value, (bool, int, float, str))
    return value if plain else str(value)


def columns(ledger):
    """`Column` tuple: first appearance first, current titles, removed marked.

    Of schema versions that a newer collective.hoard wrote, the fields that can
    be understood; see `written_by_newer`.
    """
    return columns_of(ledger.schemas)


def columns_of(schemas):
    """As `columns`, of the plain ``{number: definition}`` of a ledger."""
    found, current = {}, set()
    for data in schemas.values():
        fields = _entries(data)
        current = {entry["id"] for entry in fields}
        for entry in fields:
            kind = queryUtility(IFieldKind, entry["kind"])
            if kind is None or kind.stores:
                found[entry["id"]] = (make_field(entry), kind or Text())
    return tuple(
        Column(id, field.title, id not in current, field, kind)
        for id, (field, kind) in found.items()
    )


def current_columns(ledger):
    """The columns of the newest schema version, in the order of the form."""
    known = {column.id: column for column in columns(ledger) if not column.removed}
    data = ledger.schemas.get(ledger.current_schema(), {})
    return [known[entry["id"]] for entry in _entries(data) if entry["id"] in known]


def written_by_newer(ledger):
    """Whether a newer collective.hoard wrote some of the schema versions."""
    versions = [data.get("version") for data in ledger.schemas.values()]
    return any(isinstance(v, int) and v > DEFINITION_VERSION for v in versions)


def _entries(data):
    """The plain data of the fields in *data*, as far as it is well-formed."""
    fieldsets = _objects(data.get("fieldsets"))
    entries = [entry for one in fieldsets for entry in _objects(one.get("fields"))]
    needed = ("id", "kind", "title")
    return [e for e in entries if all(isinstance(e.get(n), str) for n in needed)]


def _objects(listed):
    return (
        [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    )
