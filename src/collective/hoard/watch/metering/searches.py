"""Searches, counted in memory: a search reads, and reading never writes."""

from collections import Counter
from threading import Lock
from time import time


DAY = 86_400
#: Kept at most for one process and flush: whoever searches cannot fill memory.
MOST = 10_000
#: What a search over several forms, or all, is counted as.
WHOLE_SITE = ""

_counts = Counter()
_lock = Lock()


def searched(event):
    """Subscriber of `search.interfaces.ISearched`."""
    uid = event.uids[0] if len(event.uids) == 1 else WHOLE_SITE
    count(event.object.getPhysicalPath(), uid)


def count(path, uid, number=1, day=None):
    key = "/".join(path), uid, int(time()) // DAY if day is None else day
    with _lock:
        if key in _counts or len(_counts) < MOST:
            _counts[key] += number


def waiting(path):
    """``{(uid, day): number}`` of the site at *path* that is not yet stored."""
    path = "/".join(path)
    with _lock:
        return {key[1:]: n for key, n in _counts.items() if key[0] == path}


def settle(path, counted):
    """Forget what of *counted*, as `waiting` had it, is stored by now."""
    path = "/".join(path)
    with _lock:
        for key, number in counted.items():
            _counts[path, *key] -= number
            if _counts[path, *key] <= 0:
                del _counts[path, *key]
