"""clamd, the virus scanner, by a client of our own: its protocol is tiny.

Commands begin with ``z`` and end with a NUL, as answers do. ``INSTREAM`` takes
chunks of a four byte length and as many bytes; an empty chunk ends them.
"""

from ..asking import asking
from ..interfaces import IConnector
from ..interfaces import ServiceRefused
from .base import Connector
from collective.hoard import _
from dataclasses import dataclass
from urllib.parse import urlsplit
from zope.interface import implementer
import socket
import struct


PORT = 3310
#: Bytes in a chunk. Memory that a scan takes, however large the file.
CHUNK = 64 * 1024
#: An answer of clamd is one short line.
LONGEST_ANSWER = 4096

FINE = _("clamd answers: ${version}")
NOT_CLAMD = _("Something answers at ${url}, but it is not clamd.")
TOO_LARGE = _(
    "The file is larger than clamd takes. Raise StreamMaxLength in clamd.conf."
)
ANSWERED = _("clamd at ${url} could not scan: ${why}")


class FileTooLarge(ServiceRefused):
    """The file is longer than clamd's StreamMaxLength."""


@dataclass(frozen=True)
class Verdict:
    """What clamd says of a file; ``signature`` is empty if it is clean."""

    signature: str = ""

    @property
    def clean(self):
        """Whether nothing was found."""
        return not self.signature


class Clamd:
    """A client that opens a socket for each question, as clamd wants it.

    Errors of all methods: `ServiceDown`, `ServiceRefused`.
    """

    kind = "clamd"

    def __init__(self, settings):
        self.settings = settings
        self.url = settings.url

    def ping(self):
        """Return if it answers."""
        self._line(b"zPING\0", "PONG")

    def version(self):
        """Such as ``ClamAV 1.4.3/27800/Sun Nov 22 2026``."""
        return self._line(b"zVERSION\0", "ClamAV")

    def scan(self, stream):
        """The `Verdict` on a binary file-like object, read to its end in chunks.

        :raises FileTooLarge: it is longer than clamd takes.
        """
        with asking(self.settings):
            with self._socket() as connection:
                answer = self._exchange(connection, stream)
            return self._verdict(answer)

    def close(self):
        """Nothing is kept open."""

    def _exchange(self, connection, stream):
        """The answer to what *stream* holds."""
        try:
            connection.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It hung up in the middle: most likely it told why before.
            return _answer(connection)
        return _answer(connection)

    def _verdict(self, answer):
        found = answer.removeprefix("stream: ")
        if found == "OK":
            return Verdict()
        if found.endswith(" FOUND"):
            return Verdict(found.removesuffix(" FOUND"))
        if "size limit exceeded" in found:
            raise FileTooLarge(TOO_LARGE)
        told = {"url": self.url, "why": found[:200]}
        raise ServiceRefused(_(ANSWERED, mapping=told))

    def _line(self, command, expected):
        with asking(self.settings):
            with self._socket() as connection:
                connection.sendall(command)
                answer = _answer(connection)
            if not answer.startswith(expected):
                raise ServiceRefused(_(NOT_CLAMD, mapping={"url": self.url}))
            return answer

    def _socket(self):
        settings = self.settings
        parts = urlsplit(settings.url)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(settings.connect_timeout)
            try:
                connection.connect(parts.path)
            except BaseException:
                connection.close()
                raise
        else:
            address = parts.hostname, parts.port or PORT
            connection = socket.create_connection(address, settings.connect_timeout)
        connection.settimeout(settings.timeout)
        return connection


def _answer(connection):
    """One line, without its NUL."""
    read = b""
    while len(read) < LONGEST_ANSWER and not read.endswith((b"\0", b"\n")):
        try:
            more = connection.recv(LONGEST_ANSWER)
        except ConnectionResetError:
            break
        if not more:
            break
        read += more
    if not read:
        raise EOFError("no answer")
    return read.rstrip(b"\0\n").decode("utf-8", "replace")


@implementer(IConnector)
class ClamdConnector(Connector):
    """See `IConnector`. The client is a `Clamd`; threads may share it."""

    title = _("Virus scanner (clamd)")
    schemes = ("tcp", "unix")
    example = "tcp://127.0.0.1:3310, unix:///run/clamav/clamd.ctl"

    def connect(self, settings):
        """See `IConnector`. Connects for each question."""
        return Clamd(settings)

    def _ask(self, settings):
        clamd = Clamd(settings)
        clamd.ping()
        return _(FINE, mapping={"version": clamd.version()})
