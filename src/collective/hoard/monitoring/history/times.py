"""Times as people give them: UTC seconds or ISO 8601."""

from ..interfaces import WrongUse
from argparse import ArgumentTypeError
from datetime import datetime
from datetime import UTC


#: Years 1 and 9999: what `datetime` can show.
FIRST, LAST = -62135596800, 253402300799


def seconds(text):
    """UTC seconds of a text; a time without zone is UTC.

    >>> seconds("1200"), seconds("1970-01-01T00:20"), seconds("1970-01-01T02:00+02:00")
    (1200, 1200, 0)
    """
    text = text.strip()
    try:
        value = float(text)
    except ValueError:
        value = of_iso(text)
    if not FIRST <= value <= LAST:
        raise WrongUse(f"{text[:50]!r} is not a time between the years 1 and 9999.")
    return int(value) if value.is_integer() else value


def of_iso(text) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(
            f"{text[:50]!r} is not a time: give UTC seconds or ISO 8601, like"
            " 2026-11-22T08:30Z."
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def moment(text):
    """The same for an option of a command."""
    try:
        return seconds(text)
    except WrongUse as error:
        raise ArgumentTypeError(str(error)) from error


def shown(value):
    """*value*, UTC seconds, for people."""
    if value is None:
        return "-"
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S")
