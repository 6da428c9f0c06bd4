"""A look-up of a client, against a thread-local one."""

from collective.hoard.connections import foreign_connection
from persistent.mapping import PersistentMapping
from report import compare
from report import Samples
from threading import local
from timeit import timeit
from ZODB.DB import DB
import transaction


class Client:
    """What is looked up; nothing is done with it."""


class ThreadLocal:
    """One client for each thread and name, as most add-ons have it."""

    def __init__(self):
        self.local = local()

    def get(self, name, factory):
        try:
            return self.local.clients[name]
        except AttributeError:
            self.local.clients = {name: factory()}
            return self.local.clients[name]


def measure(folder, sizes):
    """The rows of the report."""
    db = DB(None)
    with db.transaction() as connection:
        connection.root.site = PersistentMapping()
    connection = db.open(transaction.TransactionManager())
    try:
        times = _times(connection.root.site, sizes)
    finally:
        connection.transaction_manager.abort()
        connection.close()
        db.close()
    work = "foreign_connection() on an open client, per look-up"
    return [compare(work, *times, 3, note="thread-local: ")]


def _times(site, sizes):
    """`Samples` of ours and of the thread-local one, in turns."""
    clients = ThreadLocal()
    names = {"foreign": foreign_connection, "site": site, "Client": Client}
    names["get"] = clients.get
    statements = ("foreign(site, 'solr', Client)", "get('solr', Client)")
    found = [[], []]
    for _ in range(sizes.lookup_runs):
        for statement, seconds in zip(statements, found, strict=True):
            took = timeit(statement, globals=names, number=sizes.lookups)
            seconds.append(took / sizes.lookups)
    return [Samples(tuple(seconds), "ns") for seconds in found]
