"""Months, in UTC, and the row keys that they have."""

from ..ledger.keys import first_key
from ..ledger.keys import key_time
from datetime import datetime
from datetime import UTC
import re


MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z", re.ASCII)


def month_of(key) -> str:
    """The month in which *key* was handed out, as ``2026-12``."""
    return key_time(key).strftime("%Y-%m")


def month_range(text):
    """``(lowest, highest)`` key of a month, or None if *text* is none."""
    if not MONTH.match(text) or not 1970 <= int(text[:4]) < 2248:
        return None
    year, month = int(text[:4]), int(text[5:])
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    low = first_key(datetime(year, month, 1, tzinfo=UTC))
    return low, first_key(datetime(*following, 1, tzinfo=UTC)) - 1
