"""Maintenance: when a window is open, in the time of the place it is for.

A recurring window is an RRULE (RFC 5545) over the local time of its first
beginning: "02:00 to 04:00" stays so when clocks are changed.
"""

from .interfaces import WrongSettings
from .parser import parse_selector
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from functools import lru_cache
from itertools import islice
from itertools import pairwise
from zoneinfo import ZoneInfo
import re


#: More often than hourly is no maintenance, and takes long to work out.
TOO_OFTEN = ("SECONDLY", "MINUTELY")
#: Comings of a window that are looked at: uneven rules show it within these.
REPEATS = 60
#: The end of the year 9999, in UTC seconds.
LAST = 253402300799


@dataclass(frozen=True, slots=True)
class Maintenance:
    id: int
    title: str
    since: int
    until: int
    #: Text of an RRULE, or nothing.
    recurrence: str = ""
    zone: str = "UTC"
    selector: str = "*"
    cancelled: int | None = None


def checked(window):
    """*window* itself.

    :raises WrongSettings: It cannot be worked out; the text says why.
    """
    if window.until <= window.since:
        raise WrongSettings(f"Maintenance {window.title!r} ends before it begins.")
    if not 0 <= window.since < window.until <= LAST:
        raise WrongSettings(f"Maintenance {window.title!r} is before 1970 or too far.")
    zone(window.zone)
    if window.recurrence:
        rule_of(window)
    return window


def apart(window):
    """*window* itself, when it comes, and is over before it comes again.

    Only for new ones: what is stored goes on.

    :raises WrongSettings: It never comes, or it overlaps itself.
    """
    if window.recurrence:
        _must_come(window)
        length = timedelta(seconds=window.until - window.since)
        for before, after in pairwise(islice(rule_of(window), REPEATS)):
            if after - before < length:
                raise WrongSettings(
                    f"Maintenance {window.title!r} lasts longer than it takes until"
                    " it comes again: let it end earlier, or come less often."
                )
    return window


def _must_come(window):
    from dateutil import rrule

    rule = rule_of(window)
    looks = [rule]
    if isinstance(rule, rrule.rrule):
        # What never comes is looked for until the year 9999, by an hourly rule
        # through each hour: look by the year first.
        by_year = {"freq": rrule.YEARLY, "interval": 1, "bysetpos": None, "count": None}
        looks.insert(0, rule.replace(**by_year))
    if any(next(iter(look), None) is None for look in looks):
        raise WrongSettings(
            f"Maintenance {window.title!r} never comes: no day is as "
            f"{window.recurrence!r} wants it."
        )


@lru_cache(maxsize=100)
def zone(name):
    """:raises WrongSettings: There is no such time zone."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise WrongSettings(
            f"{name!r} is not a time zone; one is named like Europe/Berlin."
        ) from error


@lru_cache(maxsize=1000)
def rule_of(window):
    from dateutil.rrule import rrulestr

    text = window.recurrence.strip().removeprefix("RRULE:")
    frequency = re.search(r"FREQ=(\w+)", text, re.IGNORECASE)
    if "\n" in text or (frequency and frequency[1].upper() in TOO_OFTEN):
        raise WrongSettings(f"Maintenance {window.title!r}: at most hourly, one line.")
    try:
        return rrulestr(text, dtstart=local(window.since, window.zone))
    except (ValueError, TypeError, KeyError) as error:
        raise WrongSettings(
            f"Maintenance {window.title!r}: {text!r} is not a recurrence ({error}); "
            "write FREQ=WEEKLY;BYDAY=SU, with UNTIL=20271231T235959 in local time."
        ) from error


def local(moment, zone_name):
    """The wall clock there, without a zone."""
    return datetime.fromtimestamp(moment, zone(zone_name)).replace(tzinfo=None)


def utc(wall, zone_name, fold=0):
    """UTC seconds of a wall clock; an hour that is left out moves on."""
    moment = wall.replace(tzinfo=zone(zone_name), fold=fold)
    return int(moment.astimezone(UTC).timestamp())


def utc_end(wall, zone_name):
    """UTC seconds at which all times before *wall* are over.

    Of an hour that comes twice that is the second; *wall* is not in it yet where
    it is its very beginning.
    """
    last = wall - timedelta(seconds=1)
    first, second = (utc(last, zone_name, fold) for fold in (0, 1))
    return second + 1 if second > first else utc(wall, zone_name)


def spans(window, start, end):
    """``[(since, until)]`` of a window that touch [start, end), in order."""
    if window.cancelled is not None:
        end = min(end, window.cancelled)
    if not window.recurrence:
        found = [(window.since, window.until)]
    else:
        found = recurring(window, start, end)
    if window.cancelled is not None:
        found = [(a, min(b, window.cancelled)) for a, b in found]
    return [(a, b) for a, b in found if a < end and b > start and a < b]


def recurring(window, start, end):
    first = local(window.since, window.zone)
    length = local(window.until, window.zone) - first
    if length <= timedelta(0):
        length = timedelta(seconds=window.until - window.since)
    day = timedelta(days=1)
    low = local(start, window.zone) - length - day
    high = local(end, window.zone) + day
    found = []
    for wall in rule_of(window).between(low, high, inc=True):
        since = utc(wall, window.zone)
        until = utc_end(wall + length, window.zone)
        if until <= since:
            until = since + int(length.total_seconds())
        found.append((since, until))
    return found


class Calendar:
    """Which members are in maintenance, as time goes on."""

    #: Seconds that are worked out ahead.
    AHEAD = 8 * 86400

    def __init__(self, windows=()):
        self.windows = [
            (checked(window), parse_selector(window.selector)) for window in windows
        ]
        self._spans = []
        self._worked_out = None

    def open_at(self, now):
        """``[(window, its selector)]`` that are open; times must grow."""
        if self._worked_out is None or now >= self._worked_out:
            self._worked_out = now + self.AHEAD // 2
            self._spans = [
                (since, until, (window, selector))
                for window, selector in self.windows
                for since, until in spans(window, now, now + self.AHEAD)
            ]
        return [window for since, until, window in self._spans if since <= now < until]

    def next_change(self, now):
        """When something begins or ends, at the latest when to ask again."""
        edges = [t for since, until, _ in self._spans for t in (since, until)]
        return min([t for t in edges if t > now] + [self._worked_out or now])
