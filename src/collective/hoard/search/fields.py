"""The fields that can be searched: a whitelist, made from what forms have.

A name that is not here never reaches a back end.
"""

from ..forms.columns import as_text
from ..forms.columns import columns
from ..ledger.files import is_file
from .analysis import sortable
from .analysis import tokens
from .values import exact
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from datetime import datetime
from hashlib import blake2b


#: What a value of a field is to a search.
WORDS, CHOICE, BOOLEAN, NUMBER, DAY, MOMENT, FILE = (
    "words",
    "choice",
    "boolean",
    "number",
    "day",
    "moment",
    "file",
)
RANGED = (NUMBER, DAY, MOMENT)
COUNTED = (CHOICE, BOOLEAN)
TYPES = {bool: BOOLEAN, int: NUMBER, date: DAY, datetime: MOMENT, str: WORDS}


@dataclass(frozen=True, slots=True)
class SearchField:
    """One field; ``column`` is the `forms.columns.Column` it was made from,
    ``choices`` has titles by value if it is a choice."""

    id: str
    title: str
    type: str
    column: object = None
    choices: Mapping = dataclass_field(default_factory=dict)

    def label(self, text):
        """What people read for an exact *text*, a str or a message id."""
        if self.type == BOOLEAN and self.column is not None:
            return self.column.display(text == "b1")
        return self.choices.get(text[1:], text[1:])


def searchable(ledger) -> dict:
    """``{field id: SearchField}`` of a ledger, over all versions of its form."""
    return {
        column.id: SearchField(
            column.id, column.title, _type(column), column, _choices(column)
        )
        for column in columns(ledger)
    }


def _choices(column):
    listed = column.field.settings.get("options", ())
    return {o["value"]: o.get("title") or o["value"] for o in listed}


def _type(column):
    if "options" in column.field.settings:
        return CHOICE
    (first, *_rest) = column.kind.types or (str,)
    if first.__name__ == "Decimal":
        return NUMBER
    return TYPES.get(first, FILE if first.__name__ == "PersistentMapping" else WORDS)


def fingerprint(fields) -> str:
    """A short text that differs when documents must be made anew."""
    shape = [
        (field.id, field.type, sorted(field.choices.items()))
        for field in fields.values()
    ]
    return blake2b(repr(sorted(shape)).encode(), digest_size=4).hexdigest()


def words_of(field, value) -> tuple:
    """The words that a stored *value* of *field* is found by."""
    if value is None or type(value) is bool:
        return ()
    found = tokens(value if type(value) is str else as_text(value))
    if field.type == CHOICE and not is_file(value):
        chosen = value if type(value) is tuple else (value,)
        titles = [t for v in chosen if (t := field.choices.get(v, v)) != v]
        found += [word for title in titles for word in tokens(str(title))]
    return tuple(found)


def exact_of(field, value) -> tuple:
    """What filters and facets compare; nothing for texts, which have words."""
    if field.type in (WORDS, FILE) and type(value) in (str, tuple):
        return ()
    return exact(value)


def order_of(field, value):
    """What the row is sorted by, or None."""
    if type(value) is str:
        chosen = field.choices.get(value, value) if field.type == CHOICE else value
        return f"s{sortable(str(chosen))}" if chosen else None
    if is_file(value):
        return f"s{sortable(value['filename'])}"
    found = exact(value)
    return found[0] if len(found) == 1 else None
