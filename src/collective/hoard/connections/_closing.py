"""Closing clients where nobody waits for it.

A ZODB connection leaves its pool while its database holds the lock that every
request needs, and a garbage collection can happen anywhere. A client that says
goodbye over a network that is gone would stop the whole instance there. So
clients are put into a queue, and a thread of ours closes them.
"""

from threading import Event
from threading import Lock
from threading import Thread
from time import monotonic
import logging
import os
import queue


logger = logging.getLogger(__name__)

#: Seconds between two looks for clients that nobody uses.
SWEEP = 30
#: Seconds that the end of the process waits for goodbyes.
GOODBYE = 5


class Closer:
    """Closes what it is given, one after the other, in a thread of its own."""

    def __init__(self):
        self._sweeps = []
        self.forget()

    def forget(self):
        """Be as new: in a forked child there is no thread, and what is in the
        queue belongs to the parent."""
        self._start = Lock()
        self._queue = queue.SimpleQueue()
        self._thread = None

    def at_rest(self, sweep):
        """Have *sweep* called every half a minute."""
        self._sweeps.append(sweep)

    def start(self):
        """Have the thread ready: a garbage collection must not start one."""
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = Thread(
                        target=self._run,
                        args=(self._queue,),
                        name="hoard-closer",
                        daemon=True,
                    )
                    self._thread.start()

    def close(self, close):
        """Have *close* called soon. Takes no lock, so it is safe everywhere."""
        self._queue.put(close)

    def wait(self, seconds=GOODBYE):
        """Wait until all that was given before is closed; whether it is."""
        done = Event()
        self.start()
        self._queue.put(done.set)
        return done.wait(seconds)

    def _run(self, work):
        swept = monotonic()
        while True:
            try:
                quietly(work.get(timeout=SWEEP))
            except queue.Empty:
                pass
            if monotonic() - swept >= SWEEP:
                swept = monotonic()
                for sweep in self._sweeps:
                    quietly(sweep)


def quietly(call):
    """Call *call*; a goodbye that fails concerns nobody."""
    try:
        call()
    except Exception as error:  # Whatever the library of the client raises.
        # Without the text and the traceback, which may quote a password.
        logger.info("Closing a client failed: %s", type(error).__name__)


def in_child(function):
    """Have *function* called in every child right after the fork."""
    os.register_at_fork(after_in_child=function)
