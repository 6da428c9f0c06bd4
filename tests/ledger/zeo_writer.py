"""One process of test_zeo.py: adds rows in threads, retries as the publisher does.

Arguments: HOST PORT PROCESS THREADS ROWS. Prints how many conflicts it met.
"""

from collections import Counter
from collective.hoard.ledger import get_ledger
from persistent.mapping import PersistentMapping
from threading import Barrier
from threading import Thread
from transaction import TransactionManager
from ZODB.POSException import ConflictError
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
import sys
import ZEO


RETRIES = 3


def work(db, name, rows, counts, barrier):
    manager = TransactionManager()
    connection = db.open(manager)
    barrier.wait()
    for number in range(rows):
        for attempt in range(RETRIES + 1):
            try:
                with manager:
                    ledger = get_ledger(connection.root()["site"], "form")
                    ledger.add({"n": (name, number)}, schema=1)
                break
            except ConflictError:
                counts["conflicts"] += 1
                if attempt == RETRIES:
                    raise
    connection.close()


def main(host, port, process, threads, rows):
    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    db = ZEO.DB((host, int(port)))
    counts, barrier = Counter(), Barrier(int(threads))
    workers = [
        Thread(target=work, args=(db, f"{process}.{n}", int(rows), counts, barrier))
        for n in range(int(threads))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    db.close()
    print(counts["conflicts"])


if __name__ == "__main__":
    main(*sys.argv[1:])
