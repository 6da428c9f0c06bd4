"""Versions of a form's definition: an IOBTree of JSON texts, an object each.

JSON keeps the order of the definition, merges (a dict in a tree would not), and
is readable wherever the database is.
"""

from json import dumps
from json import loads
from persistent.mapping import PersistentMapping


def add_version(schemas, definition, is_used) -> int:
    """See `ILedger.add_schema`; *is_used* tells whether rows have a version."""
    text = _text(definition)
    number = newest_version(schemas)
    known = schemas[number]["json"] if number else ""
    # Asked with each submission, when it nearly always is the very same text.
    if known == text or number and _canonical(known) == _canonical(text):
        return number
    if number and not is_used(number):
        schemas[number]["json"] = text
        return number
    schemas[number + 1] = PersistentMapping(json=text)
    return number + 1


def newest_version(schemas) -> int:
    """The highest number, 0 when there is none."""
    return schemas.maxKey() if schemas else 0


def all_versions(schemas) -> dict:
    """{number: definition}, oldest first."""
    return {number: loads(text) for number, text in all_texts(schemas).items()}


def all_texts(schemas) -> dict:
    """{number: definition as JSON}, oldest first."""
    return {number: one["json"] for number, one in schemas.items()}


def _text(definition):
    try:
        return dumps(definition, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"a definition must be plain JSON-like data: {error}"
        ) from error


def _canonical(text):
    return dumps(loads(text), sort_keys=True)
