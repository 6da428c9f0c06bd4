"""Marks of what a form showed, so that two who edit the same do not undo each other."""

from ..writing.rows import KEYS
from . import entries
from . import one
from hashlib import sha256
import json


def of_check(connection, row):
    """The mark of what people can change of a check; another after each change."""
    found = {key: row._mapping.get(key) for key in KEYS}
    rules = one.regime(connection, row.id)
    judged = {} if rules is None else dict(rules._mapping)
    return mark_of([found, judged, *one.groups(connection, row.id)])


def of_entries(connection, kind="", name=""):
    """The mark of an entry as text, or of all of them; empty where it is gone."""
    if not name:
        return mark_of(entries.everything(connection))
    text = entries.one(connection, kind, name)
    return "" if text is None else mark_of(text)


def mark_of(document):
    text = json.dumps(document, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:32]
