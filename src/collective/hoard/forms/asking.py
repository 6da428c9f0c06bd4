"""Which submissions somebody asks for: a page of the list, a span of time.

Browser and REST clients ask with the same parameters and get the same rows.
"""

from ..ledger.interfaces import Page
from ..ledger.keys import first_key
from ..ledger.keys import LARGEST
from ..ledger.keys import SMALLEST
from .zone import site_zone
from collective.hoard import _
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
import re


MAX_SIZE = 500
KEY = re.compile(r"[0-9]{1,19}\Z", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,+Z-]{2,30}\Z", re.ASCII)

BAD_KEY = _("This is not the number of a submission.")
BAD_SIZE = _("A number from 1 to 500 is expected.")
BAD_TIME = _("A date is expected, as 2026-12-31, or a date with a time.")


@dataclass(frozen=True, slots=True)
class Asked:
    """``since <= submitted < until`` (aware datetimes or None), at most *size*
    rows older than key *before* or newer than key *after*."""

    since: datetime | None = None
    until: datetime | None = None
    size: int = 20
    before: int | None = None
    after: int | None = None

    @property
    def lowest(self):
        return SMALLEST if self.since is None else first_key(self.since)

    @property
    def highest(self):
        return LARGEST if self.until is None else first_key(self.until) - 1


def read_key(text):
    """The row key that *text* writes, or None."""
    if not isinstance(text, str) or not KEY.match(text):
        return None
    return key if (key := int(text)) <= LARGEST else None


def read(params, size=20):
    """What *params*, a mapping of untrusted values, ask for.

    A date alone means the whole day in the site's zone: from its first moment
    for ``since``, to its last for ``until``.

    :return: ``(Asked, problems)``; *problems* maps names of parameters to
        messages, and what is wrong counts as not given.
    """
    problems = {}

    def get(name, convert, message):
        raw = params.get(name)
        if raw is None or raw == "":
            return None
        found = convert(raw) if isinstance(raw, str) else None
        if found is None:
            problems[name] = message
        return found

    asked = Asked(
        since=get("since", _first_moment, BAD_TIME),
        until=get("until", _last_moment, BAD_TIME),
        size=get("size", _size, BAD_SIZE) or size,
        before=get("before", read_key, BAD_KEY),
        after=get("after", read_key, BAD_KEY),
    )
    if asked.before is not None and asked.after is not None:
        problems["after"] = _("Give before or after, not both.")
        asked = Asked(asked.since, asked.until, asked.size, asked.before)
    return asked, problems


def _size(text):
    size = read_key(text)
    return size if size is not None and 1 <= size <= MAX_SIZE else None


def _first_moment(text):
    return _moment(text, timedelta())


def _last_moment(text):
    return _moment(text, timedelta(days=1))


def _moment(text, whole_day):
    try:
        if DAY.match(text):
            day = date.fromisoformat(text) + whole_day
            return datetime.combine(day, time(), site_zone())
        if not MOMENT.match(text):
            return None
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=site_zone())
    except (ValueError, OverflowError):
        return None


def page(ledger, asked):
    """The `Page` of *ledger* that was asked for."""
    if asked.after is None:
        before = LARGEST + 1 if asked.before is None else asked.before
        found = ledger.page(asked.size, before=min(before, asked.highest + 1))
    else:
        after = max(asked.after, asked.lowest - 1)
        found = ledger.page(asked.size, after=after)
    rows = [row for row in found.rows if asked.lowest <= row.key <= asked.highest]
    first, last = (rows[0].key, rows[-1].key) if rows else (None, None)
    return Page(
        rows=tuple(rows),
        older=last if rows and _older(ledger, last) >= asked.lowest else None,
        newer=first if rows and _newer(ledger, first) <= asked.highest else None,
    )


def _older(ledger, key):
    """The key before *key*; one that no row can have when there is none."""
    rows = ledger.page(1, before=key).rows
    return rows[0].key if rows else SMALLEST - 1


def _newer(ledger, key):
    rows = ledger.page(1, after=key).rows
    return rows[0].key if rows else LARGEST + 1
