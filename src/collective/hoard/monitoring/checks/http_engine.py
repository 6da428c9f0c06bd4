"""Runs HTTP checks by libcurl's multi interface, in a thread of its own.

A thread, because libcurl calls back for each socket and timer: on a bare
epoll that costs a quarter of what it does on asyncio, and handshakes and
name look-ups run beside the Python of the loop.
"""

from .http_outcome import outcome_of
from .http_transfer import ALWAYS
from .http_transfer import Transfer
from .interfaces import no_answer
from .reach import Reach
from collections import deque
import logging
import os
import pycurl
import select
import threading
import time


logger = logging.getLogger(__name__)

#: Seconds to wait after a fault that no check is to blame for.
STUMBLE = 0.5
#: What epoll says, as libcurl wants to hear it; errors and ends are both.
READY = {
    select.EPOLLIN: pycurl.CSELECT_IN,
    select.EPOLLOUT: pycurl.CSELECT_OUT,
}
BOTH = pycurl.CSELECT_IN | pycurl.CSELECT_OUT
#: What libcurl waits for, as epoll wants to hear it.
WANTED = {
    pycurl.POLL_NONE: 0,
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


def judged(transfer, error, said):
    """The `Outcome`, whatever came: a fault of ours is one of this check alone."""
    try:
        return outcome_of(transfer, error, said)
    except Exception as fault:
        number = transfer.job.plan.spec.id
        logger.exception("The answer for check %s broke us", number)
        return no_answer("protocol", f"The answer is not understood: {fault}")


class HttpEngine:
    """At most *concurrency* transfers at once; the others wait in a queue.

    `deliver(jobs)` is called in the engine's thread with lists of finished
    jobs; `job.outcome` is None when the reach forbids where it led.
    """

    def __init__(self, deliver, concurrency=200, user_agent="hoard-poller", reach=None):
        self._deliver = deliver
        self._concurrency = concurrency
        self._always = (*ALWAYS, (pycurl.USERAGENT, user_agent))
        self._reach = reach or Reach()
        self._waiting = deque()
        self._running = {}
        #: {its use: [Transfer]}
        self._idle, self._kept = {}, 0
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
        return len(self._waiting) + len(self._running)

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
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        # Connections are never used again: keep none.
        self._multi.setopt(pycurl.M_MAXCONNECTS, 1)
        self._epoll = select.epoll()
        self._epoll.register(self._wake_read, select.EPOLLIN)
        self._watched = set()
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
        while self._waiting and len(self._running) < self._concurrency:
            job = self._waiting.popleft()
            try:
                self._begin(job)
            except Exception as error:
                # Such as an option that this libcurl refuses: said, not retried.
                logger.error("Check %s cannot run: %s", job.plan.spec.id, error)
                self._deliver([job])

    def _begin(self, job):
        plan = job.plan
        idle = self._idle.get(plan.use)
        if idle:
            transfer = idle.pop()
            self._kept -= 1
        else:
            transfer = Transfer(plan, self._always, self._reach)
        transfer.begin(job)
        self._multi.add_handle(transfer.handle)
        self._running[transfer.handle] = transfer

    def _wait(self):
        self._asleep = True
        action = self._multi.socket_action
        for fd, events in self._epoll.poll(self._patience()):
            if fd == self._wake_read:
                self._drain()
            else:
                action(fd, READY.get(events, BOTH))
        self._asleep = False
        # Asked once for all: a call back at each change costs more.
        if self._multi.timeout() == 0:
            action(pycurl.SOCKET_TIMEOUT, 0)

    def _patience(self):
        """Seconds until there is something to do without any news; -1: never."""
        if self._waiting and len(self._running) < self._concurrency:
            return 0
        milliseconds = self._multi.timeout()
        return milliseconds / 1000 if milliseconds >= 0 else -1

    def _drain(self):
        try:
            os.read(self._wake_read, 4096)
        except BlockingIOError:
            return

    def _on_socket(self, what, fd, multi, known):
        if what == pycurl.POLL_REMOVE:
            self._watched.discard(fd)
            try:
                self._epoll.unregister(fd)
            except (OSError, ValueError):
                # Closed before it was taken back: epoll forgot it by itself.
                return
        elif fd in self._watched:
            self._change(fd, WANTED[what])
        else:
            self._watched.add(fd)
            self._epoll.register(fd, WANTED[what])

    def _change(self, fd, wanted):
        try:
            self._epoll.modify(fd, wanted)
        except FileNotFoundError:
            # Closed without a word; another socket has got its number.
            self._epoll.register(fd, wanted)

    def _collect(self):
        done = []
        more = True
        while more:
            more, good, bad = self._multi.info_read()
            done.extend(self._end(handle, 0, "") for handle in good)
            done.extend(self._end(*failed) for failed in bad)
        if done:
            self._deliver(done)

    def _end(self, handle, error, said):
        transfer = self._running.pop(handle)
        job = transfer.job
        if job.refusal is None or not error:
            # Of several addresses of a name one was open to it: that is enough.
            job.outcome, job.refusal = judged(transfer, error, said), None
        self._multi.remove_handle(handle)
        self._keep(transfer)
        return job

    def _keep(self, transfer):
        """Keep *transfer* for plans of this use, as many as may run at once."""
        if self._kept >= self._concurrency:
            # Another use has too many: begin anew with what is used now.
            self._drop()
        use = transfer.end().plan.use
        self._idle.setdefault(use, []).append(transfer)
        self._kept += 1

    def _drop(self):
        for idle in self._idle.values():
            for transfer in idle:
                transfer.close()
        self._idle, self._kept = {}, 0

    def _close(self):
        self._drop()
        for transfer in self._running.values():
            self._multi.remove_handle(transfer.handle)
            transfer.close()
        self._multi.close()
        self._epoll.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
