"""Numbers of one site: outbox, ledgers, submissions."""

from ...ledger import get_ledger
from ...ledger import ledger_uids
from ...ledger.interfaces import NewerLayout
from ...outbox import outbox_state
from ...outbox.interfaces import NewerLayout as NewerOutbox
from .interfaces import Vital
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from threading import Lock
from time import monotonic
import re


#: Seconds for which sizes of ledgers are kept: each costs 20 rows.
KEEP = 300
_sizes = {}
_lock = Lock()
STRANGE = re.compile(r"[^A-Za-z0-9_]+")


def site_vitals(site, now=None):
    """Yield the numbers of *site*; reads only."""
    now = now or datetime.now(UTC)
    yield from outbox_vitals(site, now)
    yield from ledger_vitals(site, now)


def outbox_vitals(site, now):
    """All together, and each target by its name."""
    try:
        states = outbox_state(site)
    except NewerOutbox:
        return
    ages = {name: _age(one.oldest, now) for name, one in states.items()}
    yield Vital("outbox.pending", sum(one.pending for one in states.values()), "",
                False, "Entries that wait to be sent")  # fmt: skip
    yield Vital("outbox.oldest", max(ages.values(), default=0), "s", False,
                "Age of the oldest of them")  # fmt: skip
    yield Vital("outbox.parked", sum(one.parked for one in states.values()), "",
                False, "Entries that nobody took")  # fmt: skip
    for name, state in states.items():
        place = f"outbox.target.{safe(name)}"
        yield Vital(f"{place}.pending", state.pending)
        yield Vital(f"{place}.oldest", ages[name], "s")
        yield Vital(f"{place}.parked", state.parked)


def ledger_vitals(site, now):
    rows = recent = 0
    uids = ledger_uids(site)
    for uid in uids:
        try:
            ledger = get_ledger(site, uid)
        except NewerLayout:
            continue
        rows += len(ledger)
        recent += sum(1 for _ in ledger.iter_keys(now - timedelta(hours=1)))
    yield Vital("ledgers.count", len(uids), "", False, "Forms with submissions")
    yield Vital("ledgers.rows", rows, "", False, "Submissions that are kept")
    yield Vital("ledgers.bytes", bytes_of(site, uids), "B", False, "What they take")
    yield Vital("submissions.hour", recent, "", False, "Submissions of this hour")


def bytes_of(site, uids):
    """An estimate that is some minutes old at most."""
    key = (id(site._p_jar.db()) if site._p_jar else 0, site.getPhysicalPath())
    with _lock:
        known = _sizes.get(key)
    if known is not None and known[0] > monotonic():
        return known[1]
    size = 0
    for uid in uids:
        try:
            size += get_ledger(site, uid).size_estimate()
        except NewerLayout:
            continue
    with _lock:
        _sizes[key] = monotonic() + KEEP, size
    return size


def safe(name):
    """*name* of a target as a part of a metric's name."""
    return STRANGE.sub("_", name)[:60] or "_"


def _age(moment, now):
    return 0 if moment is None else round(max((now - moment).total_seconds(), 0), 1)
