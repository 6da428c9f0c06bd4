"""What the outbox costs, as rows of the report.

Run as a script it measures only these: ``--quick`` for a look.
"""

from bare_site import prepare as prepare_site
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import prepare
from collective.hoard.outbox.interfaces import IMessageTarget
from collective.hoard.outbox.worker import INTERVAL
from collective.hoard.outbox.worker import Worker
from contextlib import contextmanager
from databases import database
from functools import partial
from measure_visitors import Sender
from measure_visitors import WARM_UP
from outbox_writers import TARGETS
from party import fresh
from party import in_turn
from party import products
from pathlib import Path
from report import in_rounds
from report import report
from report import Row
from report import Samples
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep
from time import time
from zope.component import provideUtility
from zope.interface import implementer
import json
import outbox_writers
import subprocess
import sys
import ZEO


PLAIN, SENDING = "plain", "sending"
PROCESSES, THREADS = 4, 2
#: Seconds after which a message that did not come is missing.
PATIENCE = 20
#: So many submissions to one form before the other has its turn.
BLOCK = 40
HTTP, PROCESSOR = "by HTTP", "processor time of the request"
BYTES = "Data.fs until all is sent, before pack"
#: What is measured of a submission: the limit.
MEASURED = {PROCESSOR: 1.15, HTTP: 1.15, BYTES: None}


def measure(folder, sizes):
    """The rows; *folder* is made if need be."""
    ours = products(Path(folder))
    with fresh(ours) as (party,):
        party.ask("make_site")
    return [
        *submits(ours, sizes),
        conflicts(sizes.zeo_rows, sizes.zeo_rounds),
        conflicts(sizes.zeo_rows, sizes.zeo_rounds, drained=True),
        latency(sizes.tellings),
    ]


def submits(products, sizes):
    """One form whose submissions go to four targets, one whose do not, in blocks
    that take turns. What a block leaves to be sent is sent before the next."""
    with fresh(products) as (party,):
        for form in (PLAIN, SENDING):
            party.ask("make_form", form)
        by = party.ask("connect", SENDING)
        rounds = sizes.sending_rounds
        senders = [
            Sender(party, form, rounds * BLOCK + WARM_UP) for form in (SENDING, PLAIN)
        ]
        in_turn(WARM_UP, *senders)
        party.ask("settle")
        found = in_turn(rounds, *(partial(block, party, one) for one in senders))
    title = f"submit with search and four targets (by {by}) : with search alone, "
    return [
        in_rounds(title + name, *(samples(runs, name) for runs in found), limit)
        for name, limit in MEASURED.items()
    ]


def block(party, sender):
    """``{what is measured: of one submission}``"""
    party.ask("processor_times")
    before = party.ask("size")
    seconds = [sender().seconds for _ in range(BLOCK)]
    times = party.ask("processor_times")
    if not party.ask("settle"):
        raise AssertionError("something is still pending")
    grown = party.ask("size") - before
    return {HTTP: median(seconds), PROCESSOR: median(times), BYTES: grown / BLOCK}


def samples(runs, name):
    values = tuple(run[name] for run in runs)
    return Samples(values, "KB" if name == BYTES else "ms")


@contextmanager
def zeo():
    """``HOST,PORT`` of a server with a site, a ledger and an outbox."""
    with TemporaryDirectory() as folder:
        address, stop = ZEO.server(f"{folder}/Data.fs", port=("127.0.0.1", 0))
        name = f"{address[0]},{address[1]}"
        try:
            with database(f"zeo:{name}") as db:
                prepare_site(db)
                with db.transaction() as connection:
                    site = connection.root()["site"]
                    prepare(site, search="marks", **dict.fromkeys(TARGETS, "messages"))
            yield name
        finally:
            stop()


def child(role, address, *numbers):
    command = [sys.executable, outbox_writers.__file__, role, address]
    return subprocess.Popen([*command, *map(str, numbers)], stdout=subprocess.PIPE)


def answer(process):
    return json.loads(process.communicate()[0])


def conflicts(rows, rounds, drained=False):
    """Of eight writers; with a drainer beside them that takes what they send."""
    found = [one_round(rows, drained) for _ in range(rounds)]
    met, lost = map(sum, zip(*found, strict=True))
    meanwhile = ", while it is drained" if drained else ""
    return Row(
        f"8 writers over ZEO in 4 processes, {rows:,} rows with a mark and four "
        f"messages each{meanwhile}, {rounds} times: at the outbox",
        f"{met} conflicts, {lost} lost",
        required="0 conflicts, none lost",
        passed=not met and not lost,
    )


def one_round(rows, drained):
    """``(conflicts met, messages and marks lost)``"""
    each = rows // PROCESSES // THREADS
    wanted = each * PROCESSES * THREADS
    with zeo() as address, database(f"zeo:{address}") as db:
        with draining(db, drained):
            running = [
                child("write", address, number, THREADS, each)
                for number in range(PROCESSES)
            ]
            met = sum(answer(process)["outbox"] for process in running)
        with db.transaction() as connection:
            states = outbox_state(connection.root()["site"]).values()
        return met, sum(wanted - state.pending - state.sent for state in states)


@contextmanager
def draining(db, wanted):
    if not wanted:
        yield
        return
    for name in TARGETS:
        provideUtility(Taker(), IMessageTarget, name.partition(":")[0])
    sites = {"": lambda connection: connection.root()["site"]}
    worker = Worker(db, INTERVAL, lambda connection: sites)
    worker.start()
    yield
    worker.stop()


@implementer(IMessageTarget)
class Taker:
    """Takes everything."""

    def deliver(self, root, message):
        pass


@implementer(IMessageTarget)
class Clock:
    """Remembers when each message came."""

    def __init__(self):
        self.moments = {}

    def deliver(self, root, message):
        self.moments.setdefault(message.body, time())


def latency(count):
    """From the commit in one process to the target in another."""
    clock = Clock()
    provideUtility(clock, IMessageTarget, "mail")
    with zeo() as address, database(f"zeo:{address}") as db:
        sites = {"": lambda connection: connection.root()["site"]}
        worker = Worker(db, INTERVAL, lambda connection: sites)
        worker.start()
        committed = answer(child("tell", address, count))
        ends = time() + PATIENCE
        while len(clock.moments) < len(committed) and time() < ends:
            sleep(INTERVAL)
        worker.stop()
    waits = [clock.moments[n] - moment for n, moment in enumerate(committed)]
    longest = max(waits)
    return Row(
        "from a commit to the target, another process drains, idle system",
        Samples(tuple(max(wait, 0) for wait in waits)),
        f"longest {longest * 1000:.0f} ms",
        required=f"at most two intervals, {2 * INTERVAL:g} s",
        passed=longest <= 2 * INTERVAL,
    )


def main(arguments):
    from run import DATA
    from run import Sizes

    quick = "--quick" in arguments
    sizes = Sizes(sending_rounds=3, zeo_rounds=1, tellings=5) if quick else Sizes()
    DATA.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=DATA) as folder:
        rows = measure(folder, sizes)
    print(report(rows))
    return 1 if any(row.passed is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
