"""Process-wide pools of what is dear to open, one per service."""

from ._clients import closer
from ._closing import in_child
from .interfaces import ServiceDown
from .redact import without_secrets
from collective.hoard import _
from contextlib import contextmanager
from threading import Condition
from threading import Lock
from time import monotonic


#: Open at once, in all threads together; Zope has four threads by default.
SIZE = 8
#: Seconds after which what nobody borrowed is closed.
IDLE = 60
BUSY = _("All ${size} connections to ${url} are in use. Try again in a moment.")


class Pool:
    """Lends what *make* makes.

    Borrowed last is lent first, so that what is not needed grows old and is
    closed. After an error the thing is closed, too: nobody knows its state.

    :param close: says goodbye; called in a thread of its own.
    :param usable: called before a thing is lent again; if false, it is replaced.
    :param wait: seconds to wait for one when all are lent.
    """

    def __init__(self, url, make, close, usable=lambda thing: True, size=SIZE, wait=5):
        self.url = without_secrets(url)
        self.size = size
        self._make = make
        self._close = close
        self._usable = usable
        self._wait = wait
        self._start()

    def _start(self):
        self._changed = Condition(Lock())
        self._free = []
        self.lent = 0
        self.used = monotonic()

    @property
    def free(self):
        """How many wait to be lent."""
        return len(self._free)

    @contextmanager
    def borrow(self):
        """One thing; with it whether it was used before.

        :raises ServiceDown: all are lent.
        """
        thing, is_used = self._take()
        returned = False
        try:
            yield thing, is_used
            returned = True
        finally:
            self._give_back(thing, returned)

    def _take(self):
        with self._changed:
            if not self._changed.wait_for(lambda: self.lent < self.size, self._wait):
                told = {"size": self.size, "url": self.url}
                raise ServiceDown(_(BUSY, mapping=told))
            self.lent += 1
            self.used = monotonic()
            thing = self._young()
        try:
            if thing is not None and self._usable(thing):
                return thing, True
            if thing is not None:
                self._discard([thing])
            return self._make(), False
        except BaseException:
            self._one_less()
            raise

    def _young(self):
        if not self._free:
            return None
        thing, since = self._free.pop()
        if monotonic() - since < IDLE:
            return thing
        # The one on top is too old, hence all are.
        self._discard([thing, *(thing for thing, _since in self._free)])
        self._free.clear()
        return None

    def _give_back(self, thing, usable):
        if usable:
            with self._changed:
                self._free.append((thing, monotonic()))
        else:
            self._discard([thing])
        self._one_less()

    def _one_less(self):
        with self._changed:
            self.lent -= 1
            self._changed.notify()

    def _discard(self, things):
        closer.start()
        for thing in things:
            closer.close(lambda thing=thing: self._close(thing))

    def sweep(self, seconds=IDLE):
        """Close what nobody borrowed for *seconds*."""
        latest = monotonic() - seconds
        with self._changed:
            old = [thing for thing, since in self._free if since <= latest]
            self._free = [pair for pair in self._free if pair[1] > latest]
        self._discard(old)

    def close(self):
        """Close all that is not lent; what is lent is closed by its idle time."""
        self.sweep(0)


_pools = {}
_lock = Lock()
#: Of the parent, in a forked child: neither used nor closed.
_inherited = []


def pool(key, url, make, close, **options):
    """The pool for *key*, made if there is none."""
    with _lock:
        if key not in _pools:
            _pools[key] = Pool(url, make, close, **options)
        return _pools[key]


def pools():
    """``{key: pool}`` of this process. Keys hold secrets: show none."""
    with _lock:
        return dict(_pools)


def sweep():
    """Close what is idle, and forget pools that nobody uses any more."""
    for key, one in pools().items():
        one.sweep()
        if not one.lent and not one.free and monotonic() - one.used > 10 * IDLE:
            with _lock:
                _pools.pop(key, None)


def close_pools():
    """Close all that is not lent; for tests, and at the end of the process."""
    for one in pools().values():
        one.close()


def _forked():
    global _lock
    _lock = Lock()
    for one in _pools.values():
        _inherited.append(one._free)
        one._start()


closer.at_rest(sweep)
in_child(_forked)
