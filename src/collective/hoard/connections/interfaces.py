"""What callers and connectors may rely on.

*Client*: what a factory or a connector makes, with a ``close()``. *Service*: what
it talks to. *Breaker*: stops everybody of this process from waiting for a service
that is known to be down.
"""

from ..exceptions import HoardError
from collective.hoard import _
from dataclasses import dataclass
from zope.i18n import interpolate
from zope.interface import Attribute
from zope.interface import Interface


class ConnectionsError(HoardError):
    """Base class of the errors below. Their text is for a person.

    ``message`` is a message id; ``str()`` of the error is its English text.
    """

    def __init__(self, message):
        super().__init__(message)
        self.message = message

    def __str__(self):
        return interpolate(self.message, getattr(self.message, "mapping", None))


class ServiceDown(ConnectionsError):
    """A service did not answer, or nobody asks it for the moment.

    Trying again later may help; nothing of ours retries a request because of it.
    """


class ServiceRefused(ConnectionsError):
    """A service answered and said no: password, rights, certificate, wrong service.

    Trying again does not help before somebody acts.
    """


class NoWritesHere(ConnectionsError):
    """Somebody asked for a client to write with, on a ZODB connection that may
    not write: a historical or a read-only one."""


NO_WRITES = _(
    "This is an old or a read-only view of the database. Nothing outside may be "
    "changed because of it."
)


class ExtraMissing(ConnectionsError):
    """A library is not installed. The text names the extra that brings it."""


class SettingWrong(ConnectionsError, ValueError):
    """A URL, time-out or secret reference that cannot be used; the text says what
    to write instead. ``field`` names the setting."""

    def __init__(self, message, field="url"):
        super().__init__(message)
        self.field = field


class SecretMissing(ConnectionsError):
    """A reference to a secret leads nowhere. The text names the reference."""


@dataclass(frozen=True)
class Trial:
    """What came out when a service was tried.

    ``message`` says it to a person (a message id); ``ok`` whether all is well.
    """

    ok: bool
    message: str


class IForeignConnections(Interface):
    """The clients of one ZODB connection: its attribute ``foreign_connections``.

    A dict of ``(oid, name)`` to what is kept (see `IKept`). Its clients are closed
    when the ZODB connection leaves its pool, with its database, when they were
    idle for long, and, without a goodbye, in a forked child. Like the connection
    itself it belongs to one thread at a time.

    Others may put entries under keys of their own, as the article about
    ``foreign_connections`` has it (``holder[oid] = client``): such an entry is
    closed with the ZODB connection if it has a ``close()``, and otherwise left alone.
    """

    def close():
        """Close all clients and forget them. Does not wait, raises nothing."""


class IKept(Interface):
    """One client and what is known of it."""

    client = Attribute("The client, None before the first use and when closed.")
    name = Attribute("The name it is kept under, a string.")
    kind = Attribute("Name of its connector, or of its class.")
    url = Attribute("Where it goes, without a password; may be empty.")
    path = Attribute("Path of the object, or its class if it has none.")
    opened = Attribute("Seconds since 1970.")
    used = Attribute("Last look-up, seconds of `time.monotonic`.")
    uses = Attribute("How often it was looked up.")
    last_error = Attribute("Text without secrets, or None.")


class IServiceSettings(Interface):
    """One service as somebody configured it. See `settings.ServiceSettings`."""

    name = Attribute("Name of the service in the site, such as ``solr``.")
    kind = Attribute("Name of its `IConnector`.")
    url = Attribute("Without a password.")
    timeout = Attribute("Seconds to wait for an answer.")
    connect_timeout = Attribute("Seconds to wait for the connection.")
    user = Attribute("User of the URL, or None.")
    secret_reference = Attribute("``env:NAME``, ``file:/path`` or empty.")
    secret = Attribute("What the reference leads to, read now. May raise SecretMissing")
    options = Attribute("Mapping of what only this kind of service knows.")


class IConnector(Interface):
    """How to reach one kind of service; a named utility, the name is the kind.

    ``usable(client)``, whether a client of the pool can be lent again, is optional.
    A client that has ``may_write`` gets it set to False on a ZODB connection that may
    not write, and must refuse to, with `NoWritesHere`.
    """

    title = Attribute("Name for a person, a message id.")
    schemes = Attribute("Tuple of the URL schemes that it understands.")
    example = Attribute("A URL as it might be.")
    extra = Attribute("Extra of collective.hoard that brings its library, or None.")

    def connect(settings):
        """A new client for *settings*.

        May connect now or at the first use. Waits no longer than the time-outs of
        *settings* say, neither now nor in any later call.

        :raises ServiceDown, ServiceRefused, ExtraMissing, SecretMissing:
        """

    def close(client):
        """Say goodbye and free what *client* holds. Safe to repeat."""

    def try_it(settings):
        """Ask the service something harmless; a `Trial`. Raises nothing."""


class IServiceDirectory(Interface):
    """The configured services of a site; an adapter of the site."""

    def get(name):
        """`IServiceSettings` of the service *name*; None if there is none or it is
        switched off."""

    def names():
        """Names of all services that can be configured."""


class IBreaker(Interface):
    """One per URL and process, shared by all threads."""

    state = Attribute("``closed`` (all is well), ``open`` or ``half-open``.")
    last_error = Attribute("Text of the last failure, or None.")
    until = Attribute("Seconds since 1970 before which nobody asks, or None.")

    def allow():
        """Whether to ask the service now. When half-open, one caller is told yes."""

    def success():
        """It answered."""

    def failure(error):
        """It did not answer. Opens after some in a row, for 1 s, 2 s ... 60 s."""
