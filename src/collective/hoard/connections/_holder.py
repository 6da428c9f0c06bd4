"""``connection.foreign_connections``: the clients of one ZODB connection."""

from . import pools
from ._clients import Clients
from ._clients import closer
from ._closing import in_child
from ._closing import quietly
from ._kept import Kept
from .interfaces import IForeignConnections
from threading import RLock
from time import monotonic
from weakref import finalize
from weakref import ref
from weakref import WeakValueDictionary
from zope.interface import implementer
import atexit


#: Seconds without use after which a client is taken for dead: firewalls and
#: servers drop silent connections, some after a minute.
IDLE = 60
#: The sweep leaves this much longer alone what a look-up might still hand out.
MARGIN = 5

_holders = WeakValueDictionary()
_lock = RLock()
#: What a forked child got from its parent. Never closed, because a goodbye would
#: end the parent's session, and kept, because some libraries say it in ``__del__``.
_inherited = []


@implementer(IForeignConnections)
class ForeignConnections(Clients):
    """See `IForeignConnections`.

    Whether a client was idle for too long is asked at its first look-up in each
    transaction only: the clock would cost more than the rest of a look-up. Until the
    transaction ends the client is in ``awake``.
    """

    def __init__(self, connection, entries=()):
        super().__init__(entries)
        self._connection = ref(connection)
        self._synchronizer = _Synchronizer(self)
        with _lock:
            _holders[id(self)] = self
        connection.onCloseCallback(self._connection_closes)

    def _connection_closes(self):
        """The ZODB connection goes back to its pool, or out of it."""
        connection = self._connection()
        if connection is None or is_released(connection):
            self.close()
        else:
            # ZODB forgets a callback once it has been called.
            connection.onCloseCallback(self._connection_closes)

        self.rest()

    def wake(self, key, kept):
        """Hand *kept* out without further checks until the transaction ends."""
        manager = self._connection().transaction_manager
        if manager is None:
            return  # The ZODB connection is closed: somebody kept an object.
        if not self.awake:
            manager.registerSynch(self._synchronizer)
        oid, name = key
        self.awake.setdefault(oid, {})[name] = kept

    def rest(self):
        """The transaction ended."""
        now = monotonic()
        for names in list(self.awake.values()):
            for kept in list(names.values()):
                kept.used = now
        self.awake.clear()

    @property
    def connection(self):
        """The ZODB connection; None if it is gone."""
        return self._connection()


class _Synchronizer:
    """Tells a holder that a transaction ended.

    The transaction manager holds it weakly; one of an earlier opening of the ZODB
    connection does no harm.
    """

    def __init__(self, holder):
        self._holder = ref(holder)

    def newTransaction(self, transaction):
        """Nothing of the last transaction is left."""

    def beforeCompletion(self, transaction):
        """Clients may be used until the end."""

    def afterCompletion(self, transaction):
        holder = self._holder()
        if holder is not None:
            holder.rest()


def holder_of(connection):
    """The holder of a ZODB connection, made if there is none.

    Somebody else's plain dict is replaced by a holder with the same entries:
    whoever follows the article asks the connection for it each time.
    """
    found = getattr(connection, "foreign_connections", None)
    if isinstance(found, ForeignConnections):
        return found
    closer.start()
    holder = ForeignConnections(connection, found or ())
    # The last resort, for a connection that was never given back to its pool.
    finalize(connection, holder.close).atexit = False
    connection.foreign_connections = holder
    connection.foreign_connections_awake = holder.awake
    return holder


def is_released(connection):
    """Whether its database has let *connection* go for good.

    A private attribute, because ZODB offers no other sign: the callback is the
    same for every close. A test holds ZODB to it.
    """
    return connection._storage is None


def holders():
    """All holders of this process, a list."""
    with _lock:
        return list(_holders.values())


def sweep():
    """Close clients that were idle for long, of ZODB connections not in use."""
    latest = monotonic() - IDLE - MARGIN
    for holder in holders():
        connection = holder.connection
        if connection is None or connection.opened is not None:
            continue
        for key, kept in list(holder.items()):
            if isinstance(kept, Kept) and kept.used < latest:
                holder.drop(key)


def close_all():
    """At the end of the process: close everything, wait a moment for it."""
    found = holders()
    for holder in found:
        quietly(holder.close)
    quietly(pools.close_pools)
    if found or pools.pools():
        closer.wait()


def _forked():
    """In a forked child: forget all clients without a word to their servers."""
    global _lock
    _lock = RLock()
    closer.forget()
    for holder in list(_holders.values()):
        _inherited.extend(holder.values())
        holder.clear()


closer.at_rest(sweep)
atexit.register(close_all)
in_child(_forked)
