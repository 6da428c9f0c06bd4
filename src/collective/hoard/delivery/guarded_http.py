"""A POST to an address that a person typed, without lending him our network.

The name is resolved once, each address is judged, and the connection goes to
the very address that was judged, so that a name which changes in between
(DNS rebinding) gains nothing. Redirects are not followed, proxies not used,
answers are read up to a limit and within a time.
"""

from ..exceptions import HoardError
from ..public_addresses import address_of
from ..public_addresses import is_public
from collective.hoard import _
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from http.client import HTTPException
from threading import Timer
from urllib.parse import urlsplit
import socket
import ssl


#: Seconds for a connection, and for all of a request.
CONNECT_TIMEOUT = 5
TIMEOUT = 15
#: Bytes of an answer that are read; we only look at its first lines.
MAX_ANSWER = 64 * 1024


class AddressRefused(HoardError):
    """The address is one we must not talk to; the text says why."""


class HttpFailed(HoardError):
    """No answer came: refused, too slow, certificate, no HTTP. In words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` with names in lower case, ``body`` its first bytes."""

    status: int
    headers: dict
    body: bytes


def url_problem(url, insecure=False):
    """What is wrong with *url* for a webhook, or None."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return _("This is not a web address. Expected is: https://example.org/")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _("This is not a web address. Expected is: https://example.org/")
    if parts.scheme == "http" and not insecure:
        return _("Must begin with https:, so that nobody reads it on the way.")
    if parts.username is not None or parts.fragment:
        return _("Must have no name, password or # in it.")
    if any(c.isspace() or not c.isprintable() for c in url) or "\\" in url:
        return _("Has characters that no web address has.")
    return None


def post(url, body, headers, private=False, context=None):
    """POST *body*, bytes, and return the `Answer`.

    :param private: whether addresses of local networks are allowed.
    :param context: an `ssl.SSLContext`; the system's authorities by default.
    :raises AddressRefused, HttpFailed:
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = HTTPConnection(parts.hostname, port)
    deadline = _Deadline(TIMEOUT)
    try:
        connection.sock = _connect(parts, port, private, context, deadline)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        answer = _answer(connection.getresponse())
        if deadline.is_over:
            raise TimeoutError()  # What was read until then looks like a whole.
        return answer
    except (OSError, HTTPException, ValueError) as error:
        raise HttpFailed(_in_words(parts.hostname, error, deadline)) from error
    finally:
        deadline.cancel()
        connection.close()


class _Deadline:
    """Shuts a socket when the time is over: a time-out alone begins anew with
    each byte, and a server may send one a second."""

    def __init__(self, seconds):
        self.is_over = False
        self._sock = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, sock):
        self._sock = sock
        return sock

    def cancel(self):
        self._timer.cancel()

    def _end(self):
        self.is_over = True
        if self._sock is not None:
            with suppress(OSError):
                # Of the plain socket: an SSL socket's own is not for two threads.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


def _in_words(host, error, deadline):
    if isinstance(error, ssl.SSLCertVerificationError):
        return _(
            "The certificate of ${host} is not valid: ${reason}",
            mapping={"host": host, "reason": error.verify_message},
        )
    if deadline.is_over or isinstance(error, TimeoutError):
        return _("${host} did not answer in time.", mapping={"host": host})
    reason = str(error) or type(error).__name__
    return _(
        "${host} could not be reached: ${reason}",
        mapping={"host": host, "reason": reason[:200]},
    )


def _connect(parts, port, private, context, deadline):
    """A connected socket to the first address that answers."""
    failed = None
    for address in addresses(parts.hostname, port, private):
        try:
            found = deadline.watch(socket.create_connection(address, CONNECT_TIMEOUT))
        except OSError as error:
            failed = error
            continue
        found.settimeout(TIMEOUT)
        if parts.scheme == "http":
            return found
        context = context or ssl.create_default_context()
        try:
            secure = context.wrap_socket(found, server_hostname=parts.hostname)
            return deadline.watch(secure)
        except BaseException:
            found.close()
            raise
    raise failed


def addresses(host, port, private=False):
    """``(address, port)`` of *host*, each of which may be talked to.

    One that may not spoils all: who mixes them is up to something.

    :raises AddressRefused, OSError:
    """
    resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(entry[4][:2] for entry in resolved))
    for address, _port in found:
        if not is_allowed(address, private):
            text = _(
                "${host} is ${address}, which is no public address. If it is meant, "
                "allow local addresses for this target.",
                mapping={"host": host, "address": address},
            )
            raise AddressRefused(text)
    return found


def is_allowed(text, private=False):
    """Whether we may talk to the IP address *text*."""
    address = address_of(text)
    if address.is_multicast or address.is_unspecified:
        return False
    # Where clouds keep their machines' credentials: nobody's webhook is there.
    if address.is_link_local:
        return False
    return private or is_public(address)


def _answer(response):
    body = b""
    while len(body) < MAX_ANSWER:
        chunk = response.read1(min(8192, MAX_ANSWER - len(body)))
        if not chunk:
            break
        body += chunk
    headers = {name.lower(): value for name, value in response.getheaders()}
    response.close()
    return Answer(response.status, headers, body)
