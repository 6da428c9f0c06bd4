"""Processes with threads that add rows as fast as they can, as in a burst.

Each thread has a connection of its own, commits row after row and tries again
after a conflict, as Zope's publisher does: at most 3 times.

Run as a script it is one of the processes: DATABASE THREADS ROWS.
"""

from bare_site import ledger_of
from bare_site import prepare
from collections import Counter
from collective.hoard.ledger.keys import make_key
from collective.hoard.ledger.keys import now_ms
from databases import database
from report import table
from secrets import randbelow
from submissions import submission
from threading import Barrier
from threading import Thread
from time import perf_counter
from transaction import TransactionManager
from ZODB.POSException import ConflictError
import json
import subprocess
import sys


RETRIES = 3


def burst(name, processes, threads, rows):
    """Let them write to the fresh database *name*; returns what came of it."""
    with database(name) as db:
        prepare(db)
    started = perf_counter()
    counts = run(name, processes, threads, rows // processes)
    seconds = perf_counter() - started
    with database(name) as db, db.transaction() as connection:
        ledger = ledger_of(connection)
        stored = sum(1 for _ in ledger.iter_rows())
        if stored != len(ledger):
            raise SystemExit(f"{stored} rows, but the ledger counts {len(ledger)}")
    return {"rows": rows, "stored": stored, "seconds": seconds, **counts}


def show(results, title):
    """Print a table; returns the exit code: 1 when rows are lost or the share of
    conflicts is too high."""
    heads = ["round", "rows", "stored", "lost", "conflicts", "of commits", "rows/s"]
    lines = [(number, *_cells(one)) for number, one in enumerate(results, 1)]
    print(f"{title}\n\n{table(heads, lines)}")
    lost = sum(one["rows"] - one["stored"] for one in results)
    rows = sum(one["rows"] for one in results)
    share = sum(one["conflicts"] for one in results) / rows
    print(f"\nlost: {lost}; conflicts: {share:.2%} of commits (reach: under 1 %)")
    return 1 if lost or share >= 0.01 else 0


def _cells(one):
    lost, share = one["rows"] - one["stored"], one["conflicts"] / one["rows"]
    rate = round(one["rows"] / one["seconds"])
    return one["rows"], one["stored"], lost, one["conflicts"], f"{share:.2%}", rate


def run(name, processes, threads, rows):
    command = [sys.executable, __file__, name, str(threads), str(rows)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    for process in running:  # All are connected before the first one starts.
        process.stdout.readline()
    for process in running:
        process.stdin.close()
    counts = Counter(conflicts=0)
    for process in running:
        counts.update(json.loads(process.stdout.read()))
        process.stdout.close()
        process.wait()
    return counts


def main(name, threads, rows):
    counts, barrier = Counter(), Barrier(int(threads))
    with database(name) as db:
        with db.transaction() as connection:
            len(ledger_of(connection))
        print("ready", flush=True)
        sys.stdin.read()
        each = int(rows) // int(threads)
        workers = [
            Thread(target=write, args=(db, each, counts, barrier))
            for _ in range(int(threads))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    print(json.dumps(counts))


def write(db, rows, counts, barrier):
    manager = TransactionManager()
    connection = db.open(manager)
    barrier.wait()
    for number in range(rows):
        values, token = submission(number), old_token()
        for _ in range(RETRIES + 1):
            try:
                with manager:
                    ledger_of(connection).add(values, schema=1, token=token)
                break
            except ConflictError:
                counts["conflicts"] += 1
    connection.close()


def old_token():
    """Handed out with the form, some minutes before it comes back filled in."""
    return make_key(now_ms() - randbelow(300_000))


if __name__ == "__main__":
    main(*sys.argv[1:])
