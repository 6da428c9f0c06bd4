"""Runs HTTP checks by libcurl's multi interface, in a thread of its own.

A thread, so that handshakes and name look-ups run beside the Python of the loop.
"""

from .http_lane import Lane
from .http_outcome import outcome_of
from .http_sockets import Sockets
from .http_transfer import ALWAYS
from .interfaces import no_answer
from .libcurl import quick_library
from .libcurl import thorough_library
from .reach import Reach
from collections import deque
import logging
import os
import pycurl
import threading
import time


logger = logging.getLogger(__name__)

#: Seconds to wait after a fault that no check is to blame for.
STUMBLE = 0.5


def judged(transfer, error, said):
    """The `Outcome`, whatever came: a fault of ours is one of this check alone."""
    try:
        return outcome_of(transfer, error, said)
    except Exception as fault:
        spec = transfer.job.plan.spec
        logger.exception("The answer for check %s (%s) broke us", spec.id, spec.host)
        return no_answer("protocol", f"The answer is not understood: {fault}")


class HttpEngine:
    """At most *concurrency* transfers at once; the others wait in a queue.

    `deliver(jobs)` is called in the engine's thread with lists of finished
    jobs; `job.outcome` is None when the reach forbids where it led. `quick`:
    handshakes that need no thorough look (`http_handshakes`) are made by a faster
    library, where it is installed.
    """

    def __init__(
        self,
        deliver,
        concurrency=200,
        user_agent="hoard-poller",
        reach=None,
        quick=True,
    ):
        self._deliver = deliver
        self._concurrency = concurrency
        self._always = (*ALWAYS, (pycurl.USERAGENT, user_agent))
        self._reach = reach or Reach()
        #: Whether there is a quick lane; None: not looked for yet.
        self._quick = None if quick else False
        self._waiting = deque()
        self._running = 0
        self._stopping = False
        self._asleep = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(
            target=self._run, name="http-checks", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def submit(self, jobs) -> None:
        """Queue *jobs*; from any thread."""
        self._waiting.extend(jobs)
        if self._asleep:
            self._wake()

    @property
    def pending(self) -> int:
        """Jobs that wait or run."""
        return len(self._waiting) + self._running

    def stop(self) -> None:
        """Give up what waits or runs, without outcomes; the thread ends."""
        self._stopping = True
        if self._thread.is_alive():
            self._wake()
            self._thread.join()

    def _wake(self):
        try:
            os.write(self._wake_write, b"x")
        except (BlockingIOError, OSError):
            # Full: it is awake anyway. Closed: it has ended.
            return

    def _run(self):
        self._sockets = Sockets()
        self._sockets.watch(self._wake_read, self._drain)
        self._lanes = [self._lane(thorough_library())]
        try:
            while not self._stopping:
                self._step()
        finally:
            self._close()

    def _step(self):
        try:
            self._take()
            self._wait()
            self._collect()
        except Exception:  # One fault must not end all checks for ever.
            logger.exception("The engine of HTTP checks stumbled; it goes on.")
            time.sleep(STUMBLE)

    def _take(self):
        while self._waiting and self._running < self._concurrency:
            job = self._waiting.popleft()
            try:
                self._lane_for(job).begin(job)
                self._running += 1
            except Exception as error:
                self._refused(job, error)

    def _refused(self, job, error):
        """Such as an option that this libcurl does not know."""
        spec = job.plan.spec
        logger.error("Check %s (%s) cannot run: %s", spec.id, spec.host, error)
        if job.quick:
            # The other one knows it: without the quick one from now on.
            self._quick = job.quick = False
            self._waiting.appendleft(job)
        else:
            self._deliver([job])

    def _lane_for(self, job):
        """The last is the quick one; the first can do anything."""
        known = job.plan.handshakes
        if known is not None and job.thorough is None:
            job.thorough = known.thorough(job.plan.spec.interval)
            job.quick = known.fit and not job.thorough and self._has_quick()
        return self._lanes[-1 if job.quick else 0]

    def _has_quick(self):
        # Not before it is used: its library takes 6 MB.
        if self._quick is None:
            library = quick_library()
            self._quick = library is not None
            if library:
                logger.info("Quick handshakes are made by %s.", library.name)
                self._lanes.append(self._lane(library))
        return self._quick

    def _lane(self, library):
        return Lane(
            library, self._sockets, self._always, self._reach, self._concurrency
        )

    def _wait(self):
        self._asleep = True
        self._sockets.wait(self._patience())
        self._asleep = False
        for lane in self._lanes:
            lane.go_on()

    def _patience(self):
        """Seconds until there is something to do without any news; -1: never."""
        if self._waiting and self._running < self._concurrency:
            return 0
        soon = [wait for lane in self._lanes if (wait := lane.patience()) >= 0]
        return min(soon) / 1000 if soon else -1

    def _drain(self, fd, ready):
        try:
            os.read(fd, 4096)
        except BlockingIOError:
            return

    def _collect(self):
        done = []
        for lane in self._lanes:
            for transfer, error, said in lane.ended():
                self._running -= 1
                job = transfer.job
                if job.is_doubtful(error):
                    job.quick = False
                    self._waiting.appendleft(job)
                else:
                    self._end(transfer, error, said)
                    done.append(job)
                lane.keep(transfer)
        if done:
            self._deliver(done)

    def _end(self, transfer, error, said):
        job = transfer.job
        if job.refusal is None or not error:
            # Of several addresses of a name one was open to it: that is enough.
            job.outcome, job.refusal = judged(transfer, error, said), None

    def _close(self):
        for lane in self._lanes:
            lane.close()
        self._sockets.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
