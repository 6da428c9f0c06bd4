"""What went wrong with a service, in words for a person.

The libraries wrap the errors of sockets in errors of their own, several deep.
"""

from .interfaces import ConnectionsError
from .interfaces import ServiceDown
from .interfaces import ServiceRefused
from .redact import redacted
from .redact import without_secrets
from collective.hoard import _
import re
import socket
import ssl


UNRESOLVED = _("The name ${host} is not known: look for a typing error, or at the DNS.")
NOBODY = _("Nothing answers at ${url}: it is not running, or it is another port.")
SILENT = _("${url} did not answer in time: it is overloaded or hangs.")
UNREACHABLE = _("There is no way to ${host}: look at the network and its firewalls.")
CLOSED = _("${url} closed the connection without an answer.")
NO_SOCKET = _("There is no socket ${url}: it is not running, or elsewhere.")
FORBIDDEN = _("Plone may not use ${url}: look at the rights of the file.")
CERTIFICATE = _("The certificate of ${url} is not accepted: ${why}")
NO_TLS = _("${url} does not speak TLS, or another version of it: ${why}")
PASSWORD = _("${url} does not accept the user or the password.")
OTHER = _("${url}: ${why}")
PAUSED = _(
    "${url} did not answer several times in a row; it is asked again in ${seconds} "
    "seconds. The last error: ${why}"
)

_BY_TYPE = (
    (ssl.SSLCertVerificationError, ServiceRefused, CERTIFICATE),
    (ssl.SSLError, ServiceRefused, NO_TLS),
    (socket.gaierror, ServiceDown, UNRESOLVED),
    (TimeoutError, ServiceDown, SILENT),
    (ConnectionRefusedError, ServiceDown, NOBODY),
    (ConnectionError, ServiceDown, CLOSED),
    (EOFError, ServiceDown, CLOSED),
    (FileNotFoundError, ServiceDown, NO_SOCKET),
    (PermissionError, ServiceRefused, FORBIDDEN),
)
#: Where a library gives only a text: psycopg, amqp, urllib3.
_BY_TEXT = (
    (r"certificate verify failed", ServiceRefused, CERTIFICATE),
    (
        r"name or service not known|could not translate host|name resolution|resolve host"
        r"|nodename nor servname",
        ServiceDown,
        UNRESOLVED,
    ),
    (
        r"authentication failed|no password supplied|access[ _]refused|login was refused"
        r"|not authori[sz]ed|bad user ?name or password",
        ServiceRefused,
        PASSWORD,
    ),
    (r"connection refused", ServiceDown, NOBODY),
    (r"timed? ?out|timeout", ServiceDown, SILENT),
    (r"no route to host|unreachable", ServiceDown, UNREACHABLE),
    (
        r"closed the connection|connection reset|broken pipe|remote end closed"
        r"|connection aborted|terminating connection",
        ServiceDown,
        CLOSED,
    ),
)


def explain(error, url, secrets=()):
    """A `ServiceDown` or `ServiceRefused` that says what *error* means.

    What is not understood counts as refused and shows its own text, without
    *secrets*.
    """
    if isinstance(error, ConnectionsError):
        return error
    chain = list(_chain(error))
    for kind, ours, message in _BY_TYPE:
        for cause in chain:
            if isinstance(cause, kind):
                return _say(ours, message, cause, url, secrets)
    for pattern, ours, message in _BY_TEXT:
        for cause in chain:
            if re.search(pattern, str(cause), re.IGNORECASE):
                return _say(ours, message, cause, url, secrets)
    ours = ServiceDown if isinstance(error, OSError) else ServiceRefused
    return _say(ours, OTHER, error, url, secrets)


def _say(ours, message, cause, url, secrets):
    url = without_secrets(url)
    host = re.sub(r"^[^/]*//([^/@]*@)?", "", url).split("/")[0]
    why = getattr(cause, "verify_message", None) or str(cause) or type(cause).__name__
    told = {"url": url, "host": host, "why": redacted(why, secrets)}
    return ours(_(message, mapping=told))


def _chain(error):
    """*error* and all that caused it, innermost last."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *one.args]
        waiting += [getattr(one, name, None) for name in ("reason", "orig")]
