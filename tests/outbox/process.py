"""Processes of the fault tests; each role is a function.

Arguments: ROLE JSON, where JSON is a mapping of the function's arguments.
Prints JSON.
"""

from collections import deque
from collective.hoard.ledger import create_ledger
from collective.hoard.ledger import get_ledger
from collective.hoard.outbox import _handing
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import mark
from collective.hoard.outbox import once
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import prepare
from collective.hoard.outbox import send
from collective.hoard.outbox._drain import Terms
from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import IMessageTarget
from outbox.recorder import Notes
from outbox.recorder import Rows
from persistent.mapping import PersistentMapping
from stand_ins import a_site
from threading import Barrier
from threading import Thread
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.POSException import ConflictError
from ZODB.serialize import referencesf
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
from zope.component import provideUtility
import json
import os
import signal
import sys
import transaction
import ZEO


MESSAGE_TARGETS = ("mail", "webhook:a", "amqp:b", "mqtt:c")


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Killer:
    """Takes part in a transaction and ends the process at one point of it.

    ZODB votes and finishes before it, if its key sorts last.
    """

    def __init__(self, point):
        self._point = point
        self.transaction_manager = transaction.manager

    def sortKey(self):
        return "" if self._point == "before vote" else "~~"

    def tpc_vote(self, current):
        if self._point in ("before vote", "after vote"):
            die()

    def tpc_finish(self, current):
        if self._point == "after finish":
            die()

    def tpc_begin(self, current):
        pass

    commit = abort = tpc_abort = tpc_begin


def make(path):
    """A database with a site and its outbox."""
    db = DB(FileStorage(path))
    with db.transaction() as connection:
        site = connection.root()["site"] = a_site(rows=PersistentMapping())
        prepare(site, search="marks", mail="messages")
    db.close()


def killed(path, url, point, rounds):
    """Submit and drain *rounds* times, killed at *point*; then drain in peace."""
    make(path)
    for number in range(rounds):
        status = in_child(lambda number=number: submit(path, url, point, number))
        assert status == signal.SIGKILL, status
    return final(path, url)


def die_in_handing_out():
    """Before the transaction is committed that gives targets their messages."""
    hand_out = _handing.hand_out
    _handing.hand_out = lambda root: (hand_out(root), die())


def die_after_handing_out():
    hand_out_all = once.hand_out_all
    once.hand_out_all = lambda session: (hand_out_all(session), die())


HANDING = {
    "in handing out": die_in_handing_out,
    "after handing out": die_after_handing_out,
}


def in_child(act):
    pid = os.fork()
    if pid == 0:
        act()
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def register(url, point=None):
    after = die if point == "after answer" else lambda: None
    provideUtility(Rows(url, after), IMarkTarget, "search")
    provideUtility(Notes(url, after), IMessageTarget, "mail")


def submit(path, url, point, number):
    register(url, point)
    db = DB(FileStorage(path))
    connection = db.open()
    site = connection.root()["site"]
    site["rows"][number] = f"value {number}"
    site["rows"][0] = f"value {number}"
    mark(site, "search", "form", number)
    mark(site, "search", "form", 0)
    send(site, "mail", f"note {number}")
    transaction.get().join(Killer(point))
    transaction.commit()
    if point in HANDING:
        HANDING[point]()
    drain_once(site, terms=terms())
    die()


def terms():
    """The next process need not wait until the lease of a killed one is over."""
    return Terms(f"{os.getpid()}", lease_seconds=0, force=True)


def held(path, url, seconds):
    """Die with a lease of so many *seconds*, after the answer to one message."""
    make(path)
    status = in_child(lambda: die_with_lease(path, url, seconds))
    assert status == signal.SIGKILL, status


def die_with_lease(path, url, seconds):
    register(url, "after answer")
    connection = DB(FileStorage(path)).open()
    site = connection.root()["site"]
    send(site, "mail", "note")
    transaction.commit()
    drain_once(site, terms=Terms("died", lease_seconds=seconds))


def final(path, url):
    register(url)
    db = DB(FileStorage(path))
    connection = db.open()
    site = connection.root()["site"]
    drain_once(site, terms=terms())
    transaction.begin()
    pending = {name: state.pending for name, state in outbox_state(site).items()}
    rows = {str(key): value for key, value in site["rows"].items()}
    connection.close()
    db.close()
    return {"rows": rows, "pending": pending}


def writers(address, process, threads, rows):
    """Add rows, mark them, send messages; retry as the publisher does.

    :return: conflicts at objects of the outbox, and all others.
    """
    db = ZEO.DB(tuple(address))
    counts, barrier = {"outbox": 0, "other": 0}, Barrier(threads)
    workers = [
        Thread(target=write, args=(db, f"{process}.{n}", rows, counts, barrier))
        for n in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    db.close()
    return counts


def write(db, name, rows, counts, barrier):
    manager = transaction.TransactionManager()
    connection = db.open(manager)
    barrier.wait()
    for number in range(rows):
        while True:
            try:
                with manager:
                    put(connection.root()["site"], name, number)
                break
            except ConflictError as error:
                manager.begin()
                of_outbox = error.oid in outbox_oids(db, connection)
                counts["outbox" if of_outbox else "other"] += 1
                manager.abort()
    connection.close()


def put(site, name, number):
    key = get_ledger(site, "form").add({"n": (name, number)}, schema=1)
    mark(site, "search", "form", key)
    for target in MESSAGE_TARGETS:
        send(site, target, {"n": number, "from": name})


def outbox_oids(db, connection):
    """The objects that the outbox consists of."""
    outbox = connection.root()["site"].__annotations__["collective.hoard.outbox"]
    found, waiting = set(), deque([outbox._p_oid])
    while waiting:
        oid = waiting.popleft()
        if oid not in found:
            found.add(oid)
            waiting.extend(referencesf(connection._storage.load(oid)[0]))
    return found


def prepare_zeo(db):
    with db.transaction() as connection:
        site = connection.root()["site"] = a_site(rows=PersistentMapping())
        create_ledger(site, "form").add_schema({})
        prepare(site, search="marks")
        prepare(site, **dict.fromkeys(MESSAGE_TARGETS, "messages"))


def main(role, arguments):
    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    print(json.dumps(globals()[role](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
