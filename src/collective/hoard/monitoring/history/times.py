"""Times as people give them: UTC seconds or ISO 8601."""

from ..interfaces import WrongUse
from datetime import datetime
from datetime import UTC
from math import isfinite


def seconds(text):
    """UTC seconds of a text; a time without zone is UTC.

    >>> seconds("1200"), seconds("1970-01-01T00:20"), seconds("1970-01-01T02:00+02:00")
    (1200, 1200, 0)
    """
    text = text.strip()
    try:
        value = float(text)
    except ValueError:
        return of_iso(text)
    if not isfinite(value):
        raise WrongUse(f"{text!r} is not a time.")
    return int(value) if value.is_integer() else value


def of_iso(text):
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(
            f"{text!r} is not a time: give UTC seconds or ISO 8601, like"
            " 2026-11-22T08:30Z."
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    value = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    return int(value) if value.is_integer() else value


def shown(value):
    """*value*, UTC seconds, for people."""
    if value is None:
        return "-"
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S")
