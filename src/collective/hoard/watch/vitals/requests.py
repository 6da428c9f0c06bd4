"""What this process had to do: requests, errors, conflicts, how long it took."""

from collections import deque
from threading import Lock
from time import monotonic
from ZODB.POSException import ConflictError


#: Seconds that the times of requests are kept for.
PERIOD = 300
#: Times that are kept at most; of a busier process the newest.
MOST = 20_000
STARTED = "collective.hoard.started"


class Requests:
    """Counters and the newest times; safe to use from all threads."""

    def __init__(self, clock=monotonic):
        self._clock = clock
        self._lock = Lock()
        self._times = deque(maxlen=MOST)
        self.count = 0
        self.errors = 0
        self.retried = 0
        self.given_up = 0

    def done(self, seconds, failed):
        with self._lock:
            self.count += 1
            self.errors += bool(failed)
            self._times.append((self._clock(), seconds))

    def conflict(self, retry):
        with self._lock:
            if retry:
                self.retried += 1
            else:
                self.given_up += 1

    def quantiles(self, *shares):
        """Seconds below which *shares* of the last requests were; None for none."""
        with self._lock:
            oldest = self._clock() - PERIOD
            while self._times and self._times[0][0] < oldest:
                self._times.popleft()
            seconds = sorted(taken for _, taken in self._times)
        if not seconds:
            return [None] * len(shares)
        last = len(seconds) - 1
        return [seconds[min(int(share * len(seconds)), last)] for share in shares]

    @property
    def recent(self):
        """How many requests the quantiles are of."""
        return len(self._times)


requests = Requests()


def begun(event):
    """Of a request that is tried again the first beginning counts."""
    environ = getattr(event.request, "environ", None)
    if environ is not None:
        environ.setdefault(STARTED, monotonic())


def succeeded(event):
    _done(event.request, event.request.response.getStatus() >= 500)


def failed(event):
    """An attempt failed; one that is tried again is not over."""
    if not event.retry:
        _done(event.request, status_of(event.exc_info[1]) >= 500)


def aborting(event):
    error = event.exc_info[1] if event.exc_info else None
    if isinstance(error, ConflictError):
        requests.conflict(event.retry)


def status_of(error) -> int:
    """The HTTP status that *error* becomes."""
    get_status = getattr(error, "getStatus", None)
    try:
        return int(get_status()) if get_status is not None else 500
    except (TypeError, ValueError):
        return 500


def _done(request, is_error):
    started = getattr(request, "environ", {}).pop(STARTED, None)
    if started is not None:
        requests.done(monotonic() - started, is_error)
