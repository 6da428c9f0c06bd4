"""The sockets of libcurl on an epoll, for more than one libcurl."""

import pycurl
import select


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


class Sockets:
    """Which sockets are waited for, and who is told: {number: function}.

    A bare epoll: libcurl calls back for each socket, and on asyncio that costs
    four times as much.
    """

    def __init__(self):
        self._epoll = select.epoll()
        self._told = {}

    def watch(self, fd, told) -> None:
        """Call ``told(fd, ready)`` when *fd* can be read."""
        self._told[fd] = told
        self._epoll.register(fd, select.EPOLLIN)

    def follow(self, told):
        """libcurl's M_SOCKETFUNCTION; ``told(fd, ready)`` is its socket_action."""

        def wanted(what, fd, multi, known):
            if what == pycurl.POLL_REMOVE:
                self._forget(fd, told)
            elif self._told.get(fd) is told:
                self._change(fd, WANTED[what])
            else:
                self._begin(fd, WANTED[what], told)

        return wanted

    def wait(self, seconds) -> None:
        """Tell what is ready now or within *seconds*; -1: for ever."""
        told = self._told
        for fd, events in self._epoll.poll(seconds):
            # What was told before may have closed it.
            if fd in told:
                told[fd](fd, READY.get(events, BOTH))

    def close(self) -> None:
        self._epoll.close()

    def _begin(self, fd, wanted, told):
        if fd in self._told:
            # Another libcurl closed it without a word; its number is ours now.
            self._change(fd, wanted)
        else:
            self._epoll.register(fd, wanted)
        self._told[fd] = told

    def _change(self, fd, wanted):
        try:
            self._epoll.modify(fd, wanted)
        except FileNotFoundError:
            # Closed without a word; another socket has got its number.
            self._epoll.register(fd, wanted)

    def _forget(self, fd, told):
        if self._told.get(fd) is not told:
            # Its number is another's by now.
            return
        del self._told[fd]
        try:
            self._epoll.unregister(fd)
        except (OSError, ValueError):
            # Closed before it was taken back: epoll forgot it by itself.
            return
