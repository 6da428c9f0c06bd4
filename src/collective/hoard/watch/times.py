"""Times of people: local dates in, UTC seconds out, and back."""

from ..forms.zone import localized
from ..forms.zone import site_zone
from collective.hoard import _
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import UTC
import time as clock


DAY = 86_400


def now():
    """UTC seconds."""
    return int(clock.time())


def moment(seconds):
    """An aware datetime in the site's zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(site_zone())


def start_of(day):
    """UTC seconds at which a local date begins; days have 23 to 25 hours."""
    local = datetime.combine(day, time(), tzinfo=site_zone())
    return int(local.timestamp())


def period(since, until):
    """UTC seconds ``[since, until)`` of two dates, both included."""
    return start_of(since), start_of(until + timedelta(days=1))


#: Years that people mean; outside of them calendars and columns have their ends.
YEARS = range(1971, 2200)
#: The last second that can be asked for.
LATEST = 7_258_118_400


def read_date(text):
    """The date *text* is, or None."""
    try:
        found = date.fromisoformat(text.strip())
    except (ValueError, AttributeError):
        return None
    return found if found.year in YEARS else None


def read_local(text):
    """UTC seconds of ``2026-11-22T08:30`` in the site's zone, or None."""
    try:
        found = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError):
        return None
    if found.year not in YEARS:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=site_zone())
    return int(found.timestamp())


def iso(seconds):
    """For machines: ``2026-11-22T07:30:00+00:00``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def shown(seconds, context, request):
    """In the site's zone and the visitor's format; empty for None."""
    if seconds is None:
        return ""
    return localized(datetime.fromtimestamp(seconds, UTC), context, request)


def shown_day(day, context, request):
    """A local date in the visitor's format."""
    moment = datetime.combine(day, time(12), tzinfo=site_zone())
    return localized(moment, context, request, long_format=False)


UNITS = (
    (DAY, _("${n} d")),
    (3600, _("${n} h")),
    (60, _("${n} min")),
    (1, _("${n} s")),
)


def lasting(seconds):
    """``[message]`` of at most two units: 1 d 4 h, 12 min, 5 s."""
    seconds = max(int(seconds), 0)
    parts = []
    for size, words in UNITS:
        count, seconds = divmod(seconds, size)
        if count or (size == 1 and not parts):
            parts.append(_(words, mapping={"n": count}))
        elif parts:
            break
        if len(parts) == 2:
            break
    return parts
