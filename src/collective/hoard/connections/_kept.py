"""One client and what is known of it."""

from .interfaces import IKept
from .redact import without_secrets
from threading import Lock
from time import monotonic
from time import time
from zope.interface import implementer


@implementer(IKept)
class Kept:
    """See `IKept`."""

    __slots__ = (
        "client",
        "name",
        "kind",
        "url",
        "path",
        "opened",
        "used",
        "uses",
        "last_error",
        "owner",
        "_closing",
    )

    def __init__(self, client, name, path="", kind="", url=""):
        self.client = client
        self.name = name
        self.path = path
        self.kind = kind or getattr(client, "kind", "") or type(client).__name__
        self.url = without_secrets(url or getattr(client, "url", ""))
        self.opened = time()
        self.used = monotonic()
        self.uses = 1
        self.last_error = None
        #: Held while its address is the key, lest another object gets it.
        self.owner = None
        self._closing = Lock()

    def close(self):
        """Close the client, once."""
        with self._closing:
            client, self.client = self.client, None
        close = getattr(client, "close", None)
        if close is not None:
            close()

    def __repr__(self):
        return f"<Kept {self.kind} {self.name!r} of {self.path}>"
