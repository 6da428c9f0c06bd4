"""A dict of clients that has them closed when they go."""

from ._closing import Closer
from ._kept import Kept
from .redact import redacted


#: Clients in one place. Entries of objects that were never committed, or deleted
#: since, stay until others need the room.
MOST = 64

closer = Closer()


class Clients(dict):
    """Key to `Kept`, or to what others put there."""

    def __init__(self, entries=()):
        super().__init__(entries)
        self._errors = {}
        #: What a look-up may hand out without a second thought: oid -> name ->
        #: `Kept`. Two small dicts are quicker than making and hashing a pair.
        self.awake = {}

    def add(self, key, kept):
        """Keep *kept*; what was used least recently makes room for it."""
        closer.start()
        kept.last_error = self._errors.pop(key, None)
        self[key] = kept
        while len(self) > MOST:
            self.drop(min(self, key=self._used))

    def wake(self, key, kept):
        """*kept* was looked up."""

    def drop(self, key, error=None):
        """Forget the entry *key* and have it closed; the next one shows *error*."""
        if error is not None and len(self._errors) < MOST:
            self._errors[key] = redacted(error)
        close_soon([self.pop(key, None)])

    def __delitem__(self, key):
        self._sleep(key)
        super().__delitem__(key)

    def pop(self, key, *default):
        self._sleep(key)
        return super().pop(key, *default)

    def clear(self):
        self.awake.clear()
        super().clear()

    def close(self):
        """Close all clients and forget them. Does not wait, raises nothing."""
        entries = list(self.values())
        self.clear()
        self._errors.clear()
        close_soon(entries)

    def _sleep(self, key):
        if isinstance(key, tuple) and len(key) == 2:  # Those of others are not.
            self.awake.get(key[0], {}).pop(key[-1], None)

    def _used(self, key):
        entry = self[key]
        return entry.used if isinstance(entry, Kept) else float("inf")

    def __reduce__(self):
        raise TypeError("Clients of other services cannot be stored.")


def close_soon(entries):
    """Have *entries* closed that can be closed."""
    for entry in entries:
        close = getattr(entry, "close", None)
        if callable(close):
            closer.close(close)
