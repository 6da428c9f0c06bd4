"""Numbers of this process and of its database."""

from ...connections.health import health
from .interfaces import Vital
from .requests import requests
from .slow import Slow
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary
import os


_sizes = WeakKeyDictionary()
_lock = Lock()


def process_vitals():
    """Yield what needs no database."""
    median, slow = requests.quantiles(0.5, 0.95)
    yield Vital("requests.count", requests.count, "", True, "Requests that ended")
    yield Vital("requests.errors", requests.errors, "", True, "Answers from 500 on")
    yield Vital("requests.recent", requests.recent, "", False, "Requests in 5 minutes")
    yield Vital("requests.p50", _ms(median), "ms", False, "Half took less, 5 minutes")
    yield Vital("requests.p95", _ms(slow), "ms", False, "95 % took less, 5 minutes")
    yield Vital(
        "conflicts.retried", requests.retried, "", True, "Conflicts tried again"
    )
    yield Vital("conflicts.given_up", requests.given_up, "", True, "Conflicts given up")
    memory = resident()
    if memory is not None:
        yield Vital("memory.resident", memory, "B", False, "Memory of this process")
    yield from connection_vitals()


def connection_vitals():
    found = health()
    mine = found["connections"]
    yield Vital("connections.open", len(mine), "", False, "Clients of other services")
    in_use = sum(one["in_use"] for one in mine)
    yield Vital("connections.in_use", in_use, "", False, "Clients in use now")
    broken = sum(one["state"] != "closed" for one in found["services"])
    yield Vital("breakers.open", broken, "", False, "Services that do not answer")


def database_vitals(db):
    """Yield the numbers of a ZODB; its size only when it could be had in time."""
    pool = db.pool
    # Without the database's lock: requests wait for that.
    in_use = max(len(pool.all) - len(pool.available), 0)
    yield Vital("zodb.connections", len(pool.all), "", False, "Connections, all")
    yield Vital("zodb.in_use", in_use, "", False, "Connections in use")
    size = size_of(db)()
    if size is not None:
        yield Vital("zodb.objects", size[0], "", False, "Objects in the database")
        yield Vital("zodb.size", size[1], "B", False, "Size of the database")


def size_of(db):
    with _lock:
        if db not in _sizes:
            _sizes[db] = Slow(lambda: (int(db.objectCount()), int(float(db.getSize()))))
        return _sizes[db]


def resident():
    """Bytes in memory, or None where nobody says."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def _ms(seconds):
    """Without requests it is 0: a check takes a missing number for a fault."""
    return 0.0 if seconds is None else round(seconds * 1000, 1)
