"""The report of a month: as data, for CSV, JSON and the page."""

from ...ledger import get_ledger
from ...ledger import ledger_uids
from ...ledger.interfaces import NewerLayout
from . import searches
from .interfaces import DayUse
from .interfaces import FormUse
from .interfaces import MonthUse
from .interfaces import WrongMonth
from .measuring import latest
from .stored import BYTES
from .stored import day_of_key
from .stored import find_metering
from .stored import PEAK
from .stored import REMOVED
from .stored import SEARCHES
from .stored import TITLES
from collections import Counter
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import UTC
import re


EPOCH = date(1970, 1, 1)
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def month_report(site, month, now=None) -> MonthUse:
    """What each form of *site* used in *month*, such as "2026-11". Reads only.

    :raises WrongMonth: it is none, or begins in the future.
    :raises interfaces.NewerLayout:
    """
    now = now or datetime.now(UTC)
    first, end = days_of_month(month)
    today = (now.date() - EPOCH).days
    if first > today:
        raise WrongMonth(f"{month} is still to come.")
    days = range(first, min(end, today + 1))
    stored = find_metering(site) or {}
    waiting = searches.waiting(site.getPhysicalPath())
    uids = set(ledger_uids(site)) | {uid for uid, _ in waiting}
    for name in (REMOVED, SEARCHES, BYTES):
        uids |= set(stored.get(name, ()))
    forms = [use_of(site, stored, waiting, uid, days) for uid in uids]
    forms = [one for one in forms if is_worth_a_line(one)]
    forms.sort(key=lambda one: (one.title.lower(), one.uid))
    return MonthUse(month, now, today >= end, tuple(forms))


def days_of_month(month) -> tuple:
    """Days since 1970: the first, and the first of the month after.

    :raises WrongMonth:
    """
    match = MONTH.fullmatch(month) if isinstance(month, str) else None
    if match is None or not 1970 <= int(match[1]) < 9999:
        raise WrongMonth(f"{month!r:.20} is no month; write it as 2026-11.")
    first = date(int(match[1]), int(match[2]), 1)
    end = (first + timedelta(days=32)).replace(day=1)
    return (first - EPOCH).days, (end - EPOCH).days


def use_of(site, stored, waiting, uid, days) -> FormUse:
    came, title = kept(site, uid, days)
    removed = stored.get(REMOVED, {}).get(uid) or {}
    asked = stored.get(SEARCHES, {}).get(uid) or {}
    ends, peaks = stored.get(BYTES, {}).get(uid), stored.get(PEAK, {}).get(uid)
    found = []
    for day in days:
        size = latest(ends, day) if ends is not None else None
        peak = peaks.get(day) if peaks is not None else None
        found.append(
            DayUse(
                EPOCH + timedelta(days=day),
                came[day] + removed.get(day, 0),
                asked.get(day, 0) + waiting.get((uid, day), 0),
                size,
                size if peak is None else peak,
            )
        )
    return FormUse(uid, title or stored.get(TITLES, {}).get(uid, ""), tuple(found))


def kept(site, uid, days):
    """``(Counter of days, title)`` of the rows that are still there."""
    if uid not in ledger_uids(site):
        return Counter(), ""
    try:
        ledger = get_ledger(site, uid)
    except NewerLayout:
        return Counter(), ""
    since = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days.start)
    keys = ledger.iter_keys(since, since + timedelta(days=len(days)))
    return Counter(map(day_of_key, keys)), ledger.title


def is_worth_a_line(use):
    return bool(use.submissions or use.searches or use.peak)
