"""Sending many small things over an AMQP connection as a few large ones."""

#: Bytes that are kept before they are sent.
ENOUGH = 64 * 1024


class Cork:
    """Keeps what is written to *transport* while it is in, and sends it together.

    A message of its own costs a system call, and wakes the broker, which is half of
    what sending many small ones takes. After an error in the ``with`` block what was
    kept is thrown away: the connection is not used again.

    :param timeout: seconds to wait until the network takes what was kept.
    """

    def __init__(self, transport, timeout):
        self._transport = transport
        self._timeout = timeout
        self._kept = bytearray()

    def __enter__(self):
        # py-amqp has no public way; where it has this one no more, each goes alone.
        self._write = getattr(self._transport, "_write", None)
        if self._write is not None:
            self._transport._write = self._keep
        return self

    def __exit__(self, kind, error, traceback):
        if self._write is not None:
            self._transport._write = self._write
        if self._kept and kind is None:
            with self._transport.having_timeout(self._timeout):
                self._transport.write(self._taken())

    def _keep(self, data):
        self._kept += data
        if len(self._kept) >= ENOUGH:
            self._write(self._taken())

    def _taken(self):
        data, self._kept = bytes(self._kept), bytearray()
        return data
