"""Runs HTTP checks by libcurl's multi interface, in a thread of its own.

A thread, because libcurl calls back for each socket and timer: on a bare
epoll that costs a quarter of what it does on asyncio, and handshakes and
name look-ups run beside the Python of the loop.
"""

from .http_outcome import outcome_of
from .http_plan import HttpPlan
from .interfaces import no_answer
from .interfaces import Outcome
from .reach import Reach
from collections import deque
import logging
import os
import pycurl
import select
import socket
import threading
import time


logger = logging.getLogger(__name__)

#: Seconds to wait after a fault that no check is to blame for.
STUMBLE = 0.5
#: For every transfer: nothing is kept from an earlier check of the same
#: site, no proxy of the environment steps between, only HTTP is spoken.
ALWAYS = (
    (pycurl.NOSIGNAL, 1),
    (pycurl.FRESH_CONNECT, 1),
    (pycurl.FORBID_REUSE, 1),
    (pycurl.DNS_CACHE_TIMEOUT, 0),
    (pycurl.SSL_SESSIONID_CACHE, 0),
    (pycurl.PROXY, ""),
    (pycurl.PATH_AS_IS, 1),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
)


class HttpJob:
    """One run of one check. `tag` is the caller's; `outcome` is set at the end."""

    __slots__ = (
        "full",
        "headers",
        "outcome",
        "parts",
        "plan",
        "refusal",
        "size",
        "tag",
    )

    def __init__(self, plan: HttpPlan, tag=None):
        self.plan = plan
        self.tag = tag
        self.size = 0
        self.parts = []
        self.headers = []
        self.full = False
        self.refusal = None
        self.outcome: Outcome | None = None

    def write(self, data):
        """Take a piece of the body; anything but None ends the transfer."""
        if self.plan.wants_body:
            self.parts.append(data)
        self.size += len(data)
        if self.size > self.plan.limit:
            self.full = True
            return 0
        return None

    def header(self, line):
        # A redirect's headers are not those of the answer.
        if line.startswith(b"HTTP/"):
            self.headers = []
        elif len(self.headers) < 1000:
            self.headers.append(line)

    def header_values(self, name: str):
        wanted = name.encode("latin-1", "replace")
        for line in self.headers:
            key, _, value = line.partition(b":")
            if key.strip().lower() == wanted:
                yield value.strip()


def judged(job, handle, error, said):
    """The `Outcome`, whatever came: a fault of ours is one of this check alone."""
    try:
        return outcome_of(job, handle, error, said)
    except Exception as fault:
        logger.exception("The answer for check %s broke us", job.plan.spec.id)
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
        #: {what it was used for: [(handle, the options it has)]}
        self._idle, self._kept = {}, 0
        self._stopping = False
        self._deadline = None
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
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        # Connections are never used again: keep none.
        self._multi.setopt(pycurl.M_MAXCONNECTS, 1)
        self._epoll = select.epoll()
        self._epoll.register(self._wake_read, select.EPOLLIN)
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
        use = plan.shape, plan.wants_headers, plan.guarded
        idle = self._idle.get(use)
        if idle:
            handle, had = idle.pop()
            self._kept -= 1
        else:
            handle, had = self._fresh(), ()
        # All options of the last check are overwritten, and most of them are the
        # same objects: only the others cost anything.
        for place, pair in enumerate(plan.options):
            if not had or pair is not had[place]:
                handle.setopt(*pair)
        handle.setopt(pycurl.WRITEFUNCTION, job.write)
        if plan.wants_headers:
            handle.setopt(pycurl.HEADERFUNCTION, job.header)
        if plan.guarded:
            handle.setopt(pycurl.OPENSOCKETFUNCTION, self._guard(job))
        self._multi.add_handle(handle)
        self._running[handle] = job

    def _fresh(self):
        handle = pycurl.Curl()
        for option, value in self._always:
            handle.setopt(option, value)
        return handle

    def _guard(self, job):
        """A socket only for addresses that the check may reach."""
        spec = job.plan.spec

        def open_socket(purpose, address):
            family, kind, protocol, where = address
            refusal = self._reach.refusal(where[0], spec.trusted)
            if refusal:
                job.refusal = refusal
                return pycurl.SOCKET_BAD
            return socket.socket(family, kind, protocol)

        return open_socket

    def _wait(self):
        timeout = self._until_timer()
        self._asleep = True
        if self._waiting and len(self._running) < self._concurrency:
            timeout = 0
        for fd, events in self._epoll.poll(timeout):
            if fd == self._wake_read:
                self._drain()
                continue
            mask = 0
            if events & ~select.EPOLLOUT:
                mask |= pycurl.CSELECT_IN
            if events & ~select.EPOLLIN:
                mask |= pycurl.CSELECT_OUT
            self._multi.socket_action(fd, mask)
        self._asleep = False
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self._deadline = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _until_timer(self):
        if self._deadline is None:
            return -1
        return max(self._deadline - time.monotonic(), 0)

    def _drain(self):
        try:
            os.read(self._wake_read, 4096)
        except BlockingIOError:
            return

    def _on_timer(self, milliseconds):
        self._deadline = (
            None if milliseconds < 0 else time.monotonic() + milliseconds / 1000
        )

    def _on_socket(self, what, fd, multi, known):
        if what == pycurl.POLL_REMOVE:
            try:
                self._epoll.unregister(fd)
            except (OSError, ValueError):
                # Closed before it was taken back: epoll forgot it by itself.
                return
            return
        mask = 0
        if what in (pycurl.POLL_IN, pycurl.POLL_INOUT):
            mask |= select.EPOLLIN
        if what in (pycurl.POLL_OUT, pycurl.POLL_INOUT):
            mask |= select.EPOLLOUT
        try:
            self._epoll.modify(fd, mask)
        except FileNotFoundError:
            self._epoll.register(fd, mask)

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
        job = self._running.pop(handle)
        if job.refusal is None or not error:
            # Of several addresses of a name one was open to it: that is enough.
            job.outcome, job.refusal = judged(job, handle, error, said), None
        self._multi.remove_handle(handle)
        self._keep(handle, job.plan)
        job.parts = job.headers = None
        return job

    def _keep(self, handle, plan):
        """Keep *handle* for plans of this shape, as many as may run at once."""
        if self._kept >= self._concurrency:
            # Another shape has too many: begin anew with what is used now.
            self._drop()
        use = plan.shape, plan.wants_headers, plan.guarded
        self._idle.setdefault(use, []).append((handle, plan.options))
        self._kept += 1

    def _drop(self):
        for idle in self._idle.values():
            for handle, _ in idle:
                handle.close()
        self._idle, self._kept = {}, 0

    def _close(self):
        self._drop()
        for handle in self._running:
            self._multi.remove_handle(handle)
            handle.close()
        self._multi.close()
        self._epoll.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
