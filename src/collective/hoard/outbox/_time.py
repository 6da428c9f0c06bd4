"""Times as they are stored: milliseconds since 1970."""

from datetime import datetime
from datetime import timedelta
from datetime import UTC
from time import time_ns


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time_ns() // 1_000_000


def moment(milliseconds):
    """An aware datetime in UTC; None for None or 0."""
    return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds else None
