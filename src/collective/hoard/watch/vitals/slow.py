"""Numbers that may take long to get: in a thread, kept, and never waited for long."""

from threading import Lock
from threading import Thread
from time import monotonic
import logging


logger = logging.getLogger(__name__)


class Slow:
    """``work()`` at most once in *keep* seconds, waited for *patience* seconds.

    Whoever asks gets the newest answer there is; None before the first. There
    is never more than one *work* under way.
    """

    def __init__(self, work, keep=60.0, patience=0.5, clock=monotonic):
        self._work, self._keep, self._patience = work, keep, patience
        self._clock = clock
        self._lock = Lock()
        self._thread = None
        self._due = None
        self._answer = None

    def __call__(self):
        with self._lock:
            idle = self._thread is None or not self._thread.is_alive()
            if idle and (self._due is None or self._clock() >= self._due):
                self._due = self._clock() + self._keep
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(self._patience)
        return self._answer

    def _run(self):
        try:
            self._answer = self._work()
        except Exception:  # A storage fails in its own ways; the next look comes.
            logger.exception("vitals: the database could not be measured")
