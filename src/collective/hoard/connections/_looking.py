"""Looking a client up, and what to do when there is none."""

from . import _holder
from ._clients import Clients
from ._holder import holder_of
from ._kept import Kept
from .interfaces import NO_WRITES
from .interfaces import NoWritesHere
from time import monotonic
import transaction


#: Where a transaction keeps the clients of objects that have no ZODB connection.
_NEW = object()


def foreign_connection(obj, name, factory, writes=False):
    """The client that *obj* keeps under *name*.

    It stays open on the ZODB connection of *obj*, over requests, until that
    leaves its pool; after a minute without use it is closed and made anew. Give
    it to no other thread, and do not keep it beyond the transaction.

    :param obj: a persistent object. While it is new, the client lives until the
        transaction ends.
    :param name: a string, constant for each service that *obj* talks to.
    :param factory: makes the client when there is none, without arguments; the
        client may have ``close()``, ``kind`` and ``url`` (for the health page).
    :param writes: you are going to change something outside.
    :raises NoWritesHere: with *writes*, on a historical or read-only connection.
    """
    try:
        kept = obj._p_jar.foreign_connections_awake[obj._p_oid][name]
    except (AttributeError, KeyError):
        return _look(obj, name, factory, writes).client
    if writes:
        _demand_writable(obj)
    kept.uses += 1
    return kept.client


def forget(obj, name, error=None):
    """Close the client that *obj* keeps under *name*: it is dead or in doubt.

    :param error: what made you think so; the health page shows it.
    """
    _clients(obj).drop(_key(obj, name), error)


def call(obj, name, factory, work, dead=(OSError, EOFError), writes=False):
    """``work(client)``, once more with a new client if the kept one is dead.

    Only a client that was used before gets the second chance: when a new one
    fails as well, the service is down.

    :param work: must be safe to repeat.
    :param dead: errors that say that the connection is gone.
    """
    kept = _look(obj, name, factory, writes)
    try:
        return work(kept.client)
    except dead as error:
        forget(obj, name, error)
        if kept.uses == 1:
            raise
    try:
        return work(_look(obj, name, factory, writes).client)
    except dead as error:
        forget(obj, name, error)
        raise


def writable(obj):
    """Whether a client for writing may be had for *obj*."""
    connection = getattr(obj, "_p_jar", None)
    return connection is None or not (connection.before or connection.isReadOnly())


def _look(obj, name, factory, writes):
    """The `Kept` of *obj* under *name*, made if need be."""
    if writes:
        _demand_writable(obj)
    clients = _clients(obj)
    key = _key(obj, name)
    kept = clients.get(key)
    if isinstance(kept, Kept) and monotonic() - kept.used < _holder.IDLE:
        kept.used = monotonic()
        kept.uses += 1
    else:
        if kept is not None:
            clients.drop(key)
        kept = Kept(factory(), name, _path(obj))
        kept.owner = obj if getattr(obj, "_p_jar", None) is None else None
        clients.add(key, kept)
    clients.wake(key, kept)
    return kept


def _demand_writable(obj):
    if not writable(obj):
        raise NoWritesHere(NO_WRITES)


def _clients(obj):
    connection = getattr(obj, "_p_jar", None)
    return _of_transaction() if connection is None else holder_of(connection)


def _key(obj, name):
    if getattr(obj, "_p_jar", None) is not None:
        return obj._p_oid, name
    return id(getattr(obj, "aq_base", obj)), name


def _of_transaction():
    """Clients of objects that are not in a database yet."""
    current = transaction.get()
    try:
        return current.data(_NEW)
    except KeyError:
        clients = Clients()
    current.set_data(_NEW, clients)
    current.addAfterCommitHook(_close, (clients,))
    current.addAfterAbortHook(clients.close)
    return clients


def _close(success, clients):
    clients.close()


def _path(obj):
    try:
        return "/".join(obj.getPhysicalPath())
    except AttributeError:
        return type(getattr(obj, "aq_base", obj)).__name__
