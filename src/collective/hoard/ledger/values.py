"""What a row may hold, made uniform; and a digest to compare it by.

Only types that bare ZODB loads without us are let in, and only by their exact
type: a subclass would leave a reference to its module in the database.
"""

from .files import is_file
from .interfaces import NotPlain
from datetime import date
from datetime import datetime
from datetime import time
from datetime import UTC
from decimal import Decimal
from hashlib import blake2b
from math import isfinite
from persistent.mapping import PersistentMapping


#: Lists in lists in lists: deeper is a mistake or an attack.
DEEPEST = 8


def plain_values(values) -> dict:
    """*values* as a dict that can be stored, lists turned into tuples and
    aware datetimes into UTC.

    :raises NotPlain: something in it cannot be stored; the message says what.
    """
    return {_field_id(key): _plain(key, value) for key, value in values.items()}


def same(one, other) -> bool:
    """Whether two plain values are alike; ``1``, ``True`` and ``1.0`` are not."""
    return _encoded(one) == _encoded(other)


def digest(values: dict) -> int:
    """63 bits that tell apart what `plain_values` returned."""
    state = blake2b(digest_size=8)
    for key in sorted(values):
        state.update(_encoded(key))
        state.update(_encoded(values[key]))
    return int.from_bytes(state.digest()) >> 1


def _field_id(key) -> str:
    if type(key) is not str:
        raise NotPlain(key, f"a field id must be a string, not {key!r}")
    if not key or key.startswith("_"):
        raise NotPlain(key, f"a field id must not begin with an underscore: {key!r}")
    return _text(key, key)


def _plain(key, value, depth=0):
    convert = CONVERTERS.get(type(value))
    if convert is None:
        raise NotPlain(
            key,
            f"{key!r} holds a {type(value).__name__}; store text, numbers, dates, "
            "yes or no, files, or lists of these",
        )
    if convert is not _items:
        return convert(key, value)
    if depth == DEEPEST:
        raise NotPlain(key, f"{key!r} holds lists nested deeper than {DEEPEST}")
    return tuple(_plain(key, item, depth + 1) for item in value)


def _as_it_is(key, value):
    return value


def _text(key, value):
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotPlain(key, f"{key!r} holds text that is not Unicode") from error
    return value


def _finite(key, value):
    # math.isfinite would turn a decimal into a float first.
    if not (value.is_finite() if type(value) is Decimal else isfinite(value)):
        raise NotPlain(key, f"{key!r} holds {value}, which is no finite number")
    return value


def _utc(key, value):
    if value.utcoffset() is None:
        raise NotPlain(key, f"{key!r} holds a datetime without a time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise NotPlain(key, f"{key!r} holds {value}, outside the calendar") from error


def _local_time(key, value):
    if value.tzinfo is not None:
        raise NotPlain(key, f"{key!r} holds a time of day with a time zone")
    return value


def _file(key, value):
    if not is_file(value):
        raise NotPlain(key, f"{key!r} holds a mapping that is not a stored file")
    return value


def _items(key, value):
    """Marks the types that `_plain` walks into."""


CONVERTERS = {
    str: _text,
    bool: _as_it_is,
    int: _as_it_is,
    float: _finite,
    type(None): _as_it_is,
    Decimal: _finite,
    date: _as_it_is,
    datetime: _utc,
    time: _local_time,
    tuple: _items,
    list: _items,
    PersistentMapping: _file,
}


def _encoded(value) -> bytes:
    """Bytes that are equal for equal plain values only, on every machine."""
    if type(value) is tuple:
        content = b"".join(map(_encoded, value))
    elif type(value) is PersistentMapping:
        content = _encoded((value["filename"], value["content_type"], value["sha256"]))
    elif type(value) is str:
        content = value.encode()
    elif type(value) is int:
        # Python refuses to write out integers of more than 4,300 digits.
        content = b"%x" % value
    elif isinstance(value, date | time):
        content = value.isoformat().encode()
    else:
        content = repr(value).encode()
    return b"%s:%d:%s" % (type(value).__name__.encode(), len(content), content)
