"""What a browser or REST client sends, turned into exact texts of values."""

from ..forms.interfaces import ValueRefused
from ..forms.zone import site_zone
from .fields import BOOLEAN
from .fields import CHOICE
from .fields import DAY
from .fields import MOMENT
from .fields import NUMBER
from .values import exact
from .values import moment
from .values import text
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
import re


A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
A_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\Z", re.ASCII)
INSTANT = timedelta(microseconds=1)


def exact_value(field, raw):
    """The exact texts for *raw*, any of which matches; None if it is no value.

    A choice may be named by its stored value or by its title.
    """
    if field.type == CHOICE and not field.choices:
        return (text(raw.strip()),)
    if field.type == CHOICE:
        wanted = raw.strip().casefold()
        named = [
            v
            for v, t in field.choices.items()
            if wanted in (v.casefold(), str(t).casefold())
        ]
        return tuple(text(value) for value in named) or None
    value = _value(field, raw)
    return exact(value) or None if value is not None else None


def exact_bounds(field, low, high):
    """``(low, high)`` exact texts, None for an empty end; None if one is no value.

    A day stands for all of it where the field has times.
    """
    ends = _end(field, low, False), _end(field, high, True)
    if (low.strip() and ends[0] is None) or (high.strip() and ends[1] is None):
        return None
    return None if ends == (None, None) else ends


def _end(field, raw, last):
    raw = raw.strip()
    if field.type in (MOMENT, DAY) and A_MONTH.match(raw):
        raw = _day_of_month(raw, last)
    if field.type == MOMENT and A_DAY.match(raw):
        return _end_of_day(raw, last)
    value = _value(field, raw) if raw else None
    found = exact(value) if value is not None else ()
    return found[0] if found else None


def _day_of_month(raw, last):
    try:
        first = date.fromisoformat(f"{raw}-01")
        following = (first + timedelta(days=31)).replace(day=1)
        return str(following - timedelta(days=1) if last else first)
    except (ValueError, OverflowError):
        return raw


def _end_of_day(raw, last):
    try:
        day = date.fromisoformat(raw) + timedelta(days=last)
        return moment(datetime.combine(day, time(), site_zone()) - INSTANT * last)
    except (ValueError, OverflowError):
        return None


def _value(field, raw):
    if field.column is None:
        return _parsed(field, raw.strip())
    try:
        return field.column.kind.from_text(field.column.field, raw)
    except ValueRefused:
        return None


def _parsed(field, raw):
    """A value of a field that no form has: of a record, or of content."""
    try:
        value = PARSERS.get(field.type, str)(raw)
    except (ArithmeticError, KeyError, ValueError):
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=site_zone())
    return value


PARSERS = {
    BOOLEAN: lambda raw: {"1": True, "yes": True, "0": False, "no": False}[raw.lower()],
    NUMBER: lambda raw: Decimal(raw[:40].replace(",", ".")),
    DAY: date.fromisoformat,
    MOMENT: datetime.fromisoformat,
}
