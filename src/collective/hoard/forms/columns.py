"""The columns of a ledger: fields of every schema version, none left out."""

from .definition import make_field
from .interfaces import Field
from .interfaces import IFieldKind
from .kinds.text import Text
from dataclasses import dataclass
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
        return self._converted(self.kind.display, value, "")

    def to_csv(self, value):
        return self._converted(self.kind.to_csv, value, None)

    def to_json(self, value):
        return self._converted(self.kind.to_json, value, None)

    def _converted(self, convert, value, empty):
        """A value stored when the field was of another kind must not stop an
        export: it is written as text then."""
        if value is None:
            return empty
        try:
            return convert(self.field, value)
        except (AttributeError, KeyError, TypeError, ValueError):
            return str(value)


def columns(ledger):
    """`Column` tuple: first appearance first, current titles, removed marked."""
    found, current = {}, set()
    for data in ledger.schemas.values():
        fields = [f for fieldset in data["fieldsets"] for f in fieldset["fields"]]
        current = {entry["id"] for entry in fields}
        for entry in fields:
            kind = queryUtility(IFieldKind, entry["kind"])
            if kind is None or kind.stores:
                found[entry["id"]] = (make_field(entry), kind or Text())
    return tuple(
        Column(id, field.title, id not in current, field, kind)
        for id, (field, kind) in found.items()
    )
