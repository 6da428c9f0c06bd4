"""The transfers that one libcurl carries."""

from .http_transfer import Transfer
import pycurl


class Lane:
    """Transfers at work, and handles kept for the next ones: at most *most*.

    `library`: a `libcurl.Library`; `always`: options for every handle;
    `sockets`: where its sockets are waited for.
    """

    def __init__(self, library, sockets, always, reach, most):
        self.library, self._reach, self._most = library, reach, most
        self._always = always
        self._running = {}
        #: {its use: [Transfer]}
        self._idle, self._kept = {}, 0
        self._multi = library.multi()
        self.action = self._multi.socket_action
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, sockets.follow(self.action))

    def begin(self, job) -> None:
        use = job.plan.use
        idle = self._idle.get(use)
        if idle:
            transfer = idle.pop()
            self._kept -= 1
        else:
            transfer = Transfer(job.plan, self.library, self._always, self._reach)
        transfer.begin(job)
        self._multi.add_handle(transfer.handle)
        self._running[transfer.handle] = transfer

    def patience(self) -> int:
        """Milliseconds until something is to be done without news; -1: never."""
        return self._multi.timeout()

    def go_on(self) -> None:
        """Do what is due; asked once for all: a call back at each change costs more."""
        if self._multi.timeout() == 0:
            self.action(pycurl.SOCKET_TIMEOUT, 0)

    def ended(self):
        """Each (transfer, error, text) that has ended; 0 where all of it came."""
        more = bool(self._running)
        while more:
            more, good, bad = self._multi.info_read()
            for handle in good:
                yield self._running.pop(handle), 0, ""
            for handle, error, said in bad:
                yield self._running.pop(handle), error, said

    def keep(self, transfer) -> None:
        """Keep *transfer* for plans of this use, as many as may run at once."""
        self._multi.remove_handle(transfer.handle)
        if self._kept >= self._most:
            # Another use has too many: begin anew with what is used now.
            self._drop()
        use = transfer.end().plan.use
        self._idle.setdefault(use, []).append(transfer)
        self._kept += 1

    def close(self) -> None:
        self._drop()
        for transfer in self._running.values():
            self._multi.remove_handle(transfer.handle)
            transfer.close()
        self._multi.close()

    def _drop(self):
        for idle in self._idle.values():
            for transfer in idle:
                transfer.close()
        self._idle, self._kept = {}, 0
