"""Writing down what a process cannot keep: searches, and the bytes of the day."""

from ...ledger import get_ledger
from ...ledger import ledger_uids
from ...ledger.interfaces import NewerLayout
from . import searches
from .stored import add
from .stored import BYTES
from .stored import days_of
from .stored import find_metering
from .stored import make_metering
from .stored import PEAK
from .stored import SEARCHES
from time import time


def flush(session, now=None):
    """Store the searches of this process and today's bytes, by *session*.

    :param session: an `outbox._session.Session` of one site.
    """
    today = int(time() if now is None else now) // searches.DAY
    with session.reading() as site:
        path = site.getPhysicalPath()
        sizes = {u: s for u, s in sizes_of(site).items() if differs(site, u, s, today)}
    counted = searches.waiting(path)
    if not counted and not sizes:
        return
    session.write(lambda site: write(site, counted, sizes, today))
    searches.settle(path, counted)


def write(site, counted, sizes, today):
    stored = make_metering(site)
    for (uid, day), number in counted.items():
        add(stored, SEARCHES, uid, day, number)
    for uid, size in sizes.items():
        ends, peaks = days_of(stored, BYTES, uid), days_of(stored, PEAK, uid)
        peaks[today] = max(peaks.get(today, 0), latest(ends, today) or 0, size)
        ends[today] = size


def sizes_of(site):
    """``{form UID: bytes}``, estimated."""
    found = {}
    for uid in ledger_uids(site):
        try:
            found[uid] = get_ledger(site, uid).size_estimate()
        except NewerLayout:
            continue
    stored = find_metering(site)
    gone = set(stored[BYTES]) - set(found) if stored is not None else ()
    return found | dict.fromkeys(gone, 0)


def differs(site, uid, size, today):
    """Days on which nothing changed are not written: the last number holds."""
    stored = find_metering(site)
    ends = stored[BYTES].get(uid) if stored is not None else None
    return size != (latest(ends, today) if ends is not None else None)


def latest(days, until):
    """The number of the newest day up to *until*, or None."""
    try:
        return days[days.maxKey(until)]
    except (ValueError, KeyError):
        return None
