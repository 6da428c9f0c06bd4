"""One circuit breaker per URL, shared by all threads of the process."""

from ._closing import in_child
from .interfaces import IBreaker
from .redact import redacted
from .redact import without_secrets
from threading import Lock
from time import monotonic
from time import time
from zope.interface import implementer


#: Failures in a row after which nobody asks for a while: one may be chance.
FAILURES = 3
#: Seconds of the first pause and of the longest; each is twice the one before.
FIRST = 1
LONGEST = 60


@implementer(IBreaker)
class Breaker:
    """See `IBreaker`."""

    def __init__(self, url="", clock=monotonic):
        self.url = url
        self.last_error = None
        self.last_failure = None
        self.last_success = None
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._pause = 0
        #: When somebody may try again, by the clock; None while all is well.
        self._opens_at = None
        self._trying = False

    @property
    def state(self):
        """See `IBreaker`."""
        if self._opens_at is None:
            return "closed"
        return "open" if self._clock() < self._opens_at else "half-open"

    @property
    def until(self):
        """See `IBreaker`."""
        if self.state != "open":
            return None
        return time() + self._opens_at - self._clock()

    def allow(self):
        """See `IBreaker`."""
        if self._opens_at is None:
            return True
        with self._lock:
            if self._opens_at is None:
                return True
            if self._clock() < self._opens_at:
                return False
            # This caller tries. The others wait one more pause: should nobody
            # ever hear of the attempt again, the next one tries after that.
            self._trying = True
            self._opens_at = self._clock() + self._pause
            return True

    def ask_now(self):
        """End the pause: the next caller tries."""
        with self._lock:
            if self._opens_at is not None:
                self._opens_at = self._clock()

    def success(self):
        """See `IBreaker`."""
        self.last_success = time()
        if self._failures:
            with self._lock:
                self._failures = self._pause = 0
                self._opens_at = None
                self._trying = False

    def failure(self, error):
        """See `IBreaker`."""
        with self._lock:
            self.last_error = redacted(error)
            self.last_failure = time()
            self._failures += 1
            # Failures of what was under way when it opened lengthen no pause.
            if self._trying or (self._failures >= FAILURES and not self._opens_at):
                self._trying = False
                self._pause = min(self._pause * 2, LONGEST) or FIRST
                self._opens_at = self._clock() + self._pause


_breakers = {}
_lock = Lock()


def breaker_for(url):
    """The `IBreaker` of *url*. A password in it makes no difference."""
    key = without_secrets(url).rstrip("/")
    with _lock:
        return _breakers.setdefault(key, Breaker(key))


def breakers():
    """All breakers of the process, a list."""
    with _lock:
        return list(_breakers.values())


def forget_breakers():
    """Close all of them; for tests, and in a forked child."""
    global _lock
    _lock = Lock()
    _breakers.clear()


in_child(forget_breakers)
