"""Row keys: ``milliseconds since 1970 << 20 | 20 bits``, most of them random.

A key sorts by time, tells the time, and two writers practically never draw the
same one. 63 bits are enough until the year 2248.
"""

from datetime import datetime
from datetime import timedelta
from datetime import UTC
from secrets import randbits
from time import time_ns


RANDOM_BITS = 20
#: The keys that a 64-bit BTree can hold and that we ever hand out.
SMALLEST = 0
LARGEST = 2**63 - 1

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time_ns() // 1_000_000


def make_key(milliseconds: int) -> int:
    """A fresh key (or one-time token) for that time."""
    return milliseconds << RANDOM_BITS | randbits(RANDOM_BITS)


def key_time(key: int) -> datetime:
    """When *key* was handed out, as an aware datetime in UTC."""
    return EPOCH + (key >> RANDOM_BITS) * MILLISECOND


def first_key(moment: datetime) -> int:
    """The smallest key whose time is not before *moment*.

    :raises TypeError: *moment* is not an aware datetime.
    """
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise TypeError(
            f"an aware datetime is needed, not {moment!r}; give it a time zone"
        )
    # Rounded up: a row of 12:00:00.000 is before 12:00:00.0005.
    return -((EPOCH - moment) // MILLISECOND) << RANDOM_BITS


def clamp(key: int) -> int:
    """*key*, moved into the range that a tree can be asked for."""
    return min(max(key, SMALLEST), LARGEST)
