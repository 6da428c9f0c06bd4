"""`foreign_connections`: how long a client lives, and when it is closed."""

from collective.hoard.connections import _clients
from collective.hoard.connections import _holder
from collective.hoard.connections import call
from collective.hoard.connections import foreign_connection
from collective.hoard.connections import forget
from collective.hoard.connections import holder_of
from collective.hoard.connections import writable
from collective.hoard.connections._clients import closer
from collective.hoard.connections._kept import Kept
from collective.hoard.connections.interfaces import IForeignConnections
from collective.hoard.connections.interfaces import IKept
from collective.hoard.connections.interfaces import NoWritesHere
from persistent.mapping import PersistentMapping
from time import monotonic
from ZODB.Connection import resetCaches
from ZODB.DB import DB
from ZODB.MappingStorage import MappingStorage
from zope.interface.verify import verifyObject
import gc
import os
import pickle
import pytest
import transaction


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def open_with_clients(db, factory, count):
    """*count* open ZODB connections, each with a client of "a"."""
    connections = [db.open(transaction.TransactionManager()) for _ in range(count)]
    for connection in connections:
        foreign_connection(connection.root.a, "svc", factory)
    return connections


def test_made_once(connection, factory):
    first = foreign_connection(connection.root.a, "svc", factory)
    second = foreign_connection(connection.root.a, "svc", factory)

    assert first is second
    assert len(factory.made) == 1


def test_where_the_article_says(connection, factory):
    client = foreign_connection(connection.root.a, "svc", factory)

    holder = connection.foreign_connections
    kept = holder[connection.root.a._p_oid, "svc"]
    assert isinstance(holder, dict) and verifyObject(IForeignConnections, holder)
    assert verifyObject(IKept, kept) and kept.client is client


def test_one_client_per_object_and_name(connection, factory):
    root = connection.root

    found = {
        foreign_connection(obj, name, factory)
        for obj in (root.a, root.b)
        for name in ("solr", "sql")
    }

    assert len(found) == 4


def test_survives_ghosts_and_caches(db, factory):
    connection = db.open()
    obj = connection.root.a
    client = foreign_connection(obj, "svc", factory)

    obj._p_deactivate()
    connection.cacheMinimize()
    connection.close()
    resetCaches()
    connection = db.open()

    assert foreign_connection(connection.root.a, "svc", factory) is client
    connection.close()


def test_a_ghost_is_not_loaded(connection, factory):
    obj = connection.root.a
    foreign_connection(obj, "svc", factory)
    obj._p_deactivate()

    foreign_connection(obj, "svc", factory)

    assert obj._p_changed is None


def test_stays_over_returns_to_the_pool(db, factory):
    for _ in range(5):
        connection = db.open()
        foreign_connection(connection.root.a, "svc", factory)
        connection.close()

    assert len(factory.made) == factory.open == 1


def test_closed_when_the_connection_leaves_its_pool(db, factory):
    gc.disable()  # Not by the garbage collector, that is.
    try:
        for connection in open_with_clients(db, factory, 6):
            connection.close()
        assert factory.open == 2
    finally:
        gc.enable()


def test_closed_when_the_pool_times_out(db, factory):
    for connection in open_with_clients(db, factory, 2):
        connection.close()

    db.pool.timeout = -1
    db.open().close()

    assert factory.open == 0


def test_closed_with_the_database(db, factory):
    first, second = open_with_clients(db, factory, 2)
    first.close()

    db.close()

    assert factory.open == 0
    assert [client.closed for client in factory.made] == [1, 1]


def test_closed_by_the_garbage_collector_when_never_given_back(db, factory):
    first = db.open(transaction.TransactionManager())
    # Nothing is loaded in the second: ZODB itself keeps those with objects.
    lost = db.open(transaction.TransactionManager())
    holder_of(lost).add((b"12345678", "svc"), Kept(factory(), "svc"))
    assert factory.open == 1

    del lost
    gc.collect()

    assert factory.open == 0
    first.close()


def test_200_cycles_leave_no_descriptor(db, factory):
    def cycle():
        for connection in open_with_clients(db, factory, 3):
            connection.close()
        assert factory.open <= 2

    cycle()
    before = descriptors()

    for _ in range(200):
        cycle()

    assert descriptors() == before
    db.close()
    assert factory.open == 0
    assert {client.closed for client in factory.made} == {1}


def test_zodb_still_shows_that_it_released_a_connection(db):
    """The private attribute that `is_released` reads."""
    seen = []
    connection = db.open()
    connection.onCloseCallback(lambda: seen.append(_holder.is_released(connection)))
    connection.close()
    connection.onCloseCallback(lambda: seen.append(_holder.is_released(connection)))
    db.close()

    assert seen == [False, True]


def test_after_idling_it_is_made_anew(connection, factory, monkeypatch):
    first = foreign_connection(connection.root.a, "svc", factory)
    connection.transaction_manager.abort()
    monkeypatch.setattr(_holder, "IDLE", -1)

    second = foreign_connection(connection.root.a, "svc", factory)

    assert second is not first
    assert factory.open == 1 and first.closed == 1


@pytest.mark.parametrize("in_use, left", [(True, 1), (False, 0)])
def test_idle_clients_of_waiting_connections_are_swept(
    db, factory, monkeypatch, in_use, left
):
    (connection,) = open_with_clients(db, factory, 1)
    if not in_use:
        connection.close()
    monkeypatch.setattr(_holder, "IDLE", -10)

    _holder.sweep()

    assert factory.open == left


def test_forget(connection, factory):
    first = foreign_connection(connection.root.a, "svc", factory)

    forget(connection.root.a, "svc", OSError("broken solr://u:pw@host/"))

    assert foreign_connection(connection.root.a, "svc", factory) is not first
    assert first.closed == 1 or factory.open == 1
    (kept,) = connection.foreign_connections.values()
    assert kept.last_error == "broken solr://u:***@host/"


def test_forgetting_nothing(connection):
    forget(connection.root.a, "svc")


def fail_on(bad):
    def work(client):
        if client in bad:
            raise ConnectionResetError("gone")
        return client

    return work


def test_a_dead_client_is_replaced_once(connection, factory):
    dead = foreign_connection(connection.root.a, "svc", factory)

    used = call(connection.root.a, "svc", factory, fail_on([dead]))

    assert used is factory.made[1]
    assert len(factory.made) == 2 and factory.open == 1


def test_a_new_client_gets_no_second_chance(connection, factory):
    class Bad:
        def __contains__(self, client):
            return True

    with pytest.raises(ConnectionResetError):
        call(connection.root.a, "svc", factory, fail_on(Bad()))
    assert len(factory.made) == 1 and factory.open == 0

    foreign_connection(connection.root.a, "svc", factory)
    with pytest.raises(ConnectionResetError):
        call(connection.root.a, "svc", factory, fail_on(Bad()))
    assert len(factory.made) == 3 and factory.open == 0


def test_a_new_object_has_its_client_until_the_transaction_ends(factory):
    obj = PersistentMapping()
    transaction.begin()
    first = foreign_connection(obj, "svc", factory)
    assert foreign_connection(obj, "svc", factory) is first

    transaction.abort()

    assert factory.open == 0
    assert foreign_connection(obj, "svc", factory) is not first
    transaction.commit()
    assert factory.open == 0


def test_new_objects_do_not_share_a_client(factory):
    transaction.begin()
    for _ in range(20):
        foreign_connection(PersistentMapping(), "svc", factory)

    assert len(factory.made) == 20
    transaction.abort()
    assert factory.open == 0


def test_an_object_of_a_closed_connection(db, factory):
    connection = db.open()
    obj = connection.root.a
    connection.close()

    first = foreign_connection(obj, "svc", factory)

    assert foreign_connection(obj, "svc", factory) is first


def test_a_savepoint_and_abort_leave_nothing_for_good(connection, factory, monkeypatch):
    monkeypatch.setattr(_clients, "MOST", 3)
    manager = connection.transaction_manager
    for _ in range(10):
        connection.root.new = PersistentMapping()
        manager.savepoint()
        foreign_connection(connection.root.new, "svc", factory)
        manager.abort()

    assert len(connection.foreign_connections) == 3
    assert factory.open == 3


def test_the_least_recently_used_makes_room(connection, factory, monkeypatch):
    monkeypatch.setattr(_clients, "MOST", 2)
    a = foreign_connection(connection.root.a, "1", factory)
    b = foreign_connection(connection.root.a, "2", factory)
    connection.transaction_manager.abort()
    foreign_connection(connection.root.a, "1", factory)
    foreign_connection(connection.root.a, "3", factory)

    assert factory.open == 2
    assert (a.closed, b.closed) == (0, 1)


def test_historical_connections_read_but_do_not_write(db, factory):
    old = db.open(before=db.lastTransaction())
    now = db.open()
    try:
        root = old.root()
        assert not writable(root) and writable(now.root.a)
        assert foreign_connection(root, "svc", factory)
        with pytest.raises(NoWritesHere):
            foreign_connection(root, "svc", factory, writes=True)
    finally:
        old.close()
        now.close()


def test_read_only_connections_do_not_write(factory, tmp_path, db):
    from ZODB.FileStorage import FileStorage

    read_only = DB(FileStorage(str(tmp_path / "Data.fs"), read_only=True))
    connection = read_only.open()
    with pytest.raises(NoWritesHere):
        foreign_connection(connection.root.a, "svc", factory, writes=True)
    assert factory.made == []
    connection.close()
    read_only.close()


def test_historical_clients_are_closed_as_well(db, factory):
    old = db.open(before=db.lastTransaction())
    foreign_connection(old.root(), "svc", factory)
    old.close()
    assert factory.open == 1

    db.historical_pool.timeout = -1
    db.open().close()

    assert factory.open == 0


def test_two_connections_in_one_thread(db, factory):
    first, second = open_with_clients(db, factory, 2)

    assert len(factory.made) == 2
    forget(first.root.a, "svc")
    assert factory.open == 1
    for connection in (first, second):
        connection.close()


def test_each_database_of_several_has_its_own(factory):
    databases = {}
    main = DB(MappingStorage(), databases=databases, database_name="main")
    other = DB(MappingStorage(), databases=databases, database_name="other")
    connection = main.open()
    roots = connection.root(), connection.get_connection("other").root()
    assert roots[0]._p_oid == roots[1]._p_oid

    clients = {foreign_connection(root, "svc", factory) for root in roots}

    assert len(clients) == 2
    connection.close()
    assert factory.open == 2
    main.close()
    assert factory.open == 0
    other.close()


def test_somebody_elses_dict_is_taken_over(connection, factory):
    manager = factory()
    connection.foreign_connections = {connection.root.a._p_oid: manager}

    foreign_connection(connection.root.a, "svc", factory)

    assert connection.foreign_connections[connection.root.a._p_oid] is manager
    assert len(connection.foreign_connections) == 2


def test_entries_as_in_the_article_are_closed_too(db, factory):
    (connection,) = open_with_clients(db, factory, 1)
    connection.foreign_connections[b"theirs"] = factory()
    connection.foreign_connections[b"no close"] = object()

    db.close()

    assert factory.open == 0


def test_it_cannot_be_stored(connection, factory):
    foreign_connection(connection.root.a, "svc", factory)

    with pytest.raises(TypeError, match="cannot be stored"):
        pickle.dumps(connection.foreign_connections)


def test_a_goodbye_that_hangs_stops_nobody(db, factory):
    from threading import Event

    answered = Event()

    class Polite:
        def close(self):
            answered.wait(60)

    connections = [db.open(transaction.TransactionManager()) for _ in range(4)]
    for connection in connections:
        foreign_connection(connection.root.a, "svc", Polite)

    for connection in connections:
        connection.close()

    assert not closer.wait(0.01)
    answered.set()
    assert closer.wait()


def test_a_goodbye_that_fails_does_not_keep_the_others(db, factory, caplog):
    class Rude:
        def close(self):
            raise OSError("amqp://user:hunter2@host/")

    connections = open_with_clients(db, factory, 4)
    for connection in connections:
        foreign_connection(connection.root.b, "rude", Rude)

    with caplog.at_level("INFO"):
        db.close()
        assert factory.open == 0

    assert "hunter2" not in caplog.text


def in_child(work):
    """The bytes that *work* returns in a forked child."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, work())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with open(reading, "rb") as answer:
        return answer.read()


def test_a_child_opens_its_own(connection, factory):
    parents = foreign_connection(connection.root.a, "svc", factory)

    def work():
        own = foreign_connection(connection.root.a, "svc", factory)
        _holder.close_all()
        return b"%d %d %d" % (own is parents, parents.closed, own.closed)

    assert in_child(work) == b"0 0 1"
    parents.socket.send(b"still there")
    assert parents.peer.recv(20) == b"still there"
    assert foreign_connection(connection.root.a, "svc", factory) is parents


def test_what_is_deleted_by_hand_is_gone(connection, factory):
    first = foreign_connection(connection.root.a, "svc", factory)
    connection.foreign_connections.clear()

    assert foreign_connection(connection.root.a, "svc", factory) is not first

    connection.foreign_connections.pop((connection.root.a._p_oid, "svc"))
    foreign_connection(connection.root.a, "svc", factory)
    del connection.foreign_connections[connection.root.a._p_oid, "svc"]
    foreign_connection(connection.root.a, "svc", factory)
    assert len(factory.made) == 4


def test_uses_and_last_use_are_known(connection, factory):
    for _ in range(3):
        foreign_connection(connection.root.a, "svc", factory)
        foreign_connection(connection.root.a, "svc", factory)
        connection.transaction_manager.abort()

    (kept,) = connection.foreign_connections.values()
    assert kept.uses == 6
    assert monotonic() - 60 < kept.used <= monotonic()
    assert (kept.kind, kept.url, kept.path) == (
        "fake",
        "fake://user@server/",
        "PersistentMapping",
    )


def test_holder_of_is_constant(connection):
    assert holder_of(connection) is holder_of(connection)
