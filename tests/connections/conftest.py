"""Databases, and clients that know whether they were closed."""

from collective.hoard.connections._clients import closer
from persistent.mapping import PersistentMapping
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
import pytest
import socket
import transaction


class Client:
    """A client with a real socket pair."""

    kind = "fake"
    url = "fake://user:pw@server/"

    def __init__(self):
        self.socket, self.peer = socket.socketpair()
        self.closed = 0

    def close(self):
        self.closed += 1
        self.socket.close()
        self.peer.close()


class Factory:
    """Makes clients and remembers them."""

    def __init__(self):
        self.made = []

    def __call__(self):
        self.made.append(Client())
        return self.made[-1]

    @property
    def open(self):
        """How many of them are not closed; waits for those that are to be."""
        assert closer.wait()
        return sum(not client.closed for client in self.made)


@pytest.fixture
def factory():
    factory = Factory()
    yield factory
    for client in factory.made:
        if not client.closed:
            client.close()


@pytest.fixture
def db(tmp_path):
    """A database with a pool of two and objects "a" and "b" in its root."""
    db = DB(FileStorage(str(tmp_path / "Data.fs")), pool_size=2)
    with db.transaction() as connection:
        connection.root.a = PersistentMapping()
        connection.root.b = PersistentMapping()
    del connection  # It is the one that the pool hands out next.
    yield db
    transaction.abort()
    db.close()


@pytest.fixture
def connection(db):
    connection = db.open(transaction.TransactionManager())
    yield connection
    connection.transaction_manager.abort()
    if connection.opened:
        connection.close()
