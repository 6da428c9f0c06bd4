"""A process of `outbox_rows.py`.

write HOST,PORT NUMBER THREADS ROWS    adds rows, marks them, sends messages;
                                       prints where it met conflicts
tell HOST,PORT COUNT                   sends messages now and then; prints when
                                       each was committed
"""

from bare_site import FORM
from bare_site import ledger_of
from collections import deque
from collective.hoard.outbox import mark
from collective.hoard.outbox import send
from databases import database
from random import uniform
from submissions import submission
from threading import Barrier
from threading import Thread
from time import sleep
from time import time
from transaction import TransactionManager
from ZODB.POSException import ConflictError
from ZODB.serialize import referencesf
import json
import sys


TARGETS = ("mail", "webhook:a", "amqp:b", "mqtt:c")


def write(address, number, threads, rows):
    counts, barrier = {"outbox": 0, "other": 0}, Barrier(threads)
    with database(f"zeo:{address}") as db:
        workers = [
            Thread(target=one_writer, args=(db, rows, counts, barrier))
            for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    return counts


def one_writer(db, rows, counts, barrier):
    manager = TransactionManager()
    connection = db.open(manager)
    barrier.wait()
    for number in range(rows):
        while True:
            try:
                with manager:
                    put(connection, submission(number))
                break
            except ConflictError as error:
                manager.begin()
                where = "outbox" if error.oid in oids_of_outbox(connection) else "other"
                counts[where] += 1
                manager.abort()
    connection.close()


def put(connection, values):
    site = connection.root()["site"]
    key = ledger_of(connection).add(values, schema=1)
    mark(site, "search", FORM, key)
    for target in TARGETS:
        send(site, target, {"n": key})


def oids_of_outbox(connection):
    outbox = connection.root()["site"].__annotations__["collective.hoard.outbox"]
    found, waiting = set(), deque([outbox._p_oid])
    while waiting:
        oid = waiting.popleft()
        if oid not in found:
            found.add(oid)
            waiting.extend(referencesf(connection._storage.load(oid)[0]))
    return found


def tell(address, count):
    moments = []
    with database(f"zeo:{address}") as db:
        for number in range(count):
            with db.transaction() as connection:
                send(connection.root()["site"], "mail", number)
            moments.append(time())
            sleep(uniform(0.3, 1.0))
    return moments


if __name__ == "__main__":
    role, address, *numbers = sys.argv[1:]
    print(json.dumps(globals()[role](address, *map(int, numbers))))
