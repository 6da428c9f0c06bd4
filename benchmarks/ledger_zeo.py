"""8 writers in 4 processes over ZEO: is a row lost, how often do they meet?

Each writer is a thread with a connection of its own that commits row after row
and tries again after a conflict, as Zope's publisher does: at most 3 times.
"""

from argparse import ArgumentParser
from bare_site import ledger_of
from bare_site import prepare
from collections import Counter
from collective.hoard.ledger.keys import make_key
from collective.hoard.ledger.keys import now_ms
from contextlib import contextmanager
from pathlib import Path
from report import table
from secrets import randbelow
from submissions import submission
from tempfile import TemporaryDirectory
from threading import Barrier
from threading import Thread
from time import perf_counter
from ZODB.POSException import ConflictError
import json
import subprocess
import sys
import transaction
import ZEO


TRIES = 4


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2, help="in each process")
    parser.add_argument("--rows", type=int, default=1200, help="in all")
    parser.add_argument("--rounds", type=int, default=3, help="repeat so often")
    parser.add_argument(
        "--writer", help="internal: HOST,PORT of the ZEO server to write to"
    )
    options = parser.parse_args(argv)
    if options.writer:
        return write(options.writer.split(","), options.threads, options.rows)
    return bench(options)


def bench(options):
    results = [measure(options) for _ in range(options.rounds)]
    writers = options.processes * options.threads
    heads = ["round", "rows", "stored", "lost", "conflicts", "% of commits", "rows/s"]
    print(f"{writers} writers in {options.processes} processes over ZEO\n")
    print(table(heads, [(n, *cells(one)) for n, one in enumerate(results, 1)]))
    lost = sum(one["lost"] for one in results)
    share = sum(one["conflicts"] for one in results) / sum(
        one["rows"] for one in results
    )
    print(f"\nlost: {lost}; conflicts: {share:.2%} of commits (reach: under 1 %)")
    return 1 if lost or share >= 0.01 else 0


def cells(one):
    return (
        one["rows"],
        one["stored"],
        one["lost"],
        one["conflicts"],
        f"{one['conflicts'] / one['rows']:.2%}",
        round(one["rows"] / one["seconds"]),
    )


def measure(options):
    """One round on a database of its own."""
    per_process = options.rows // options.processes
    with TemporaryDirectory() as folder, zeo_server(Path(folder)) as address:
        with database(address) as db:
            prepare(db)
        started = perf_counter()
        counts = run_writers(address, options.processes, options.threads, per_process)
        seconds = perf_counter() - started
        with database(address) as db, db.transaction() as connection:
            ledger = ledger_of(connection)
            stored = sum(1 for _ in ledger.iter_rows())
            if stored != len(ledger):
                raise SystemExit(f"{stored} rows, but the ledger counts {len(ledger)}")
    rows = per_process * options.processes
    return {
        "rows": rows,
        "stored": stored,
        "lost": rows - stored,
        "conflicts": counts["conflicts"],
        "seconds": seconds,
    }


def run_writers(address, processes, threads, rows):
    command = [sys.executable, __file__, "--writer", f"{address[0]},{address[1]}"]
    command += ["--threads", str(threads), "--rows", str(rows)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    for process in running:  # All are connected before the first one starts.
        process.stdout.readline()
    for process in running:
        process.stdin.close()
    counts = Counter()
    for process in running:
        counts.update(json.loads(process.stdout.read()))
        process.stdout.close()
        process.wait()
    return counts


@contextmanager
def zeo_server(folder):
    """A real server on a free port of this machine; yields its address."""
    address, stop = ZEO.server(str(folder / "Data.fs"), port=("127.0.0.1", 0))
    try:
        yield address
    finally:
        stop()


@contextmanager
def database(address):
    db = ZEO.DB(address)
    try:
        yield db
    finally:
        db.close()


def write(address, threads, rows):
    """The job of one process: *rows* rows, shared among *threads*."""
    counts = Counter()
    with database((address[0], int(address[1]))) as db:
        with db.transaction() as connection:
            len(ledger_of(connection))
        print("ready", flush=True)
        sys.stdin.read()
        barrier = Barrier(threads)
        workers = [
            Thread(target=work, args=(db, rows // threads, counts, barrier))
            for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    print(json.dumps(counts))
    return 0


def fresh_token():
    """Handed out with the form, some minutes before it comes back filled in."""
    return make_key(now_ms() - randbelow(300_000))


def work(db, rows, counts, barrier):
    manager = transaction.TransactionManager()
    connection = db.open(manager)
    barrier.wait()
    for number in range(rows):
        values, token = submission(number), fresh_token()
        for _ in range(TRIES):
            try:
                with manager:
                    ledger_of(connection).add(values, schema=1, token=token)
                break
            except ConflictError:
                counts["conflicts"] += 1
        else:
            counts["lost"] += 1
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
