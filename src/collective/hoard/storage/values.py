"""Plain values: their stored form, copies to hand out, and comparison."""

from Acquisition import aq_base
from collections.abc import Mapping
from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.interfaces import UnstorableValue
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from datetime import UTC
from OFS.interfaces import IItem
from persistent import Persistent
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from z3c.form.interfaces import NO_VALUE
from z3c.form.interfaces import NOT_CHANGED
from zoneinfo import ZoneInfo
from zoneinfo import ZoneInfoNotFoundError
import copy


def freeze(value):
    """*value* in its stored form: a deep copy without mutable built-ins.

    list becomes PersistentList, a mapping PersistentMapping, a set frozenset;
    subclasses of str become str; a time zone becomes one of the standard
    library.  What was changed in place afterwards is therefore either stored
    by ZODB or refused by Python, never silently lost.

    :raises UnstorableValue: *value* is content, a record or a placeholder.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return _standard_zone(value)
    if isinstance(value, time) and value.tzinfo is not None:
        return value.replace(tzinfo=_zone(value.tzinfo, value.utcoffset()))
    if isinstance(value, list | PersistentList):
        return PersistentList(freeze(item) for item in value)
    if isinstance(value, tuple):
        return tuple(freeze(item) for item in value)
    if isinstance(value, set | frozenset):
        return frozenset(freeze(item) for item in value)
    _refuse_unstorable(value)
    if isinstance(value, Mapping | PersistentMapping):
        return PersistentMapping({freeze(k): freeze(v) for k, v in value.items()})
    return value if isinstance(value, Persistent) else copy.deepcopy(value)


def _refuse_unstorable(value):
    if value is NO_VALUE or value is NOT_CHANGED or IRecord.providedBy(value):
        raise UnstorableValue(f"{value!r} is a placeholder and cannot be stored.")
    if aq_base(value) is not value or IItem.providedBy(value):
        raise UnstorableValue(
            f"{value!r} is a content object: storing it would keep it alive "
            "after its deletion. Use a relation field, or store its UUID."
        )


def thaw(stored):
    """A copy of *stored* made of plain list, dict, tuple and frozenset."""
    if isinstance(stored, PersistentList):
        return [thaw(item) for item in stored]
    if isinstance(stored, PersistentMapping):
        return {thaw(key): thaw(item) for key, item in stored.items()}
    if isinstance(stored, tuple):
        return tuple(thaw(item) for item in stored)
    if isinstance(stored, frozenset):
        return frozenset(thaw(item) for item in stored)
    if stored is NO_VALUE:
        return stored
    # A persistent object keeps track of its changes by itself, and a deep copy
    # of one that holds a blob would lose the blob.
    return stored if isinstance(stored, Persistent) else copy.deepcopy(stored)


def same(one, other):
    """Whether two stored values are equal and of the same types throughout.

    ``1``, ``1.0`` and ``True`` are equal in Python but not the same answer.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, PersistentMapping):
        return len(one) == len(other) and all(
            name in other and same(item, other[name]) for name, item in one.items()
        )
    if isinstance(one, PersistentList | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, frozenset):
        return {(type(i), i) for i in one} == {(type(i), i) for i in other}
    if isinstance(one, datetime):
        return one == other and str(one.tzinfo) == str(other.tzinfo)
    return one is other or bool(one == other)


def _standard_zone(value):
    if value.tzinfo is None:
        return value
    return value.astimezone(_zone(value.tzinfo, value.utcoffset()))


def _zone(tzinfo, offset):
    """The standard library's zone for *tzinfo*; stored, it needs no add-on."""
    if isinstance(tzinfo, ZoneInfo | timezone):
        return tzinfo
    name = getattr(tzinfo, "zone", None)  # pytz, which Plone's widgets use
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, TypeError, ValueError):
        # Unknown here: the offset at least keeps the moment right.
        return timezone(offset or timedelta(0))
