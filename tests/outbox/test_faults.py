"""Processes are killed, services hang: nothing is lost, nothing is invented."""

from collective.hoard.outbox import mark
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import prepare
from collective.hoard.outbox import send
from collective.hoard.outbox._drain import Terms
from collective.hoard.outbox._lease import LEASE_SECONDS
from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import IMessageTarget
from collective.hoard.outbox.once import drain_database
from collective.hoard.outbox.once import drain_once
from collective.hoard.outbox.worker import Worker
from outbox.process import MESSAGE_TARGETS
from outbox.process import prepare_zeo
from outbox.recorder import Notes
from outbox.recorder import Recorder
from outbox.recorder import Rows
from pathlib import Path
from random import choice
from random import random
from stand_ins import a_site
from threading import Lock
from threading import Thread
from time import monotonic
from time import sleep
from transaction import TransactionManager
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.POSException import ConflictError
from zope.annotation.interfaces import IAnnotations
from zope.component import provideUtility
from zope.interface import implementer
import json
import os
import pytest
import subprocess
import sys
import transaction
import ZEO


PROCESS = Path(__file__).with_name("process.py")
POINTS = ["before vote", "after vote", "after finish", "after answer", "after removal"]
POINTS += ["in handing out", "after handing out"]
KILLED = 20


def start(role, **arguments):
    path = os.pathsep.join(filter(None, [str(PROCESS.parents[1]), *sys.path]))
    return subprocess.Popen(
        [sys.executable, str(PROCESS), role, json.dumps(arguments)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process, timeout=120):
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, err
    return json.loads(out)


def wait_for(condition, seconds=60):
    ends = monotonic() + seconds
    while not condition():
        assert monotonic() < ends, "waited in vain"
        sleep(0.02)


@pytest.fixture
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture
def targets(recorder):
    provideUtility(Rows(recorder.url), IMarkTarget, "search")
    provideUtility(Notes(recorder.url), IMessageTarget, "mail")


@pytest.fixture
def work(db):
    """Start workers on the database; stopped at the end."""
    workers = []

    def start(**options):
        def sites(connection):
            return {"/site": lambda connection: connection.root()["site"]}

        worker = Worker(db, interval=0.05, sites=sites, **options)
        workers.append(worker)
        worker.start()
        return worker

    yield start
    for worker in workers:
        worker.stop(5)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_process_loses_and_invents_nothing(tmp_path, recorder, point):
    done = result(
        start(
            "killed",
            path=str(tmp_path / "Data.fs"),
            url=recorder.url,
            point=point,
            rounds=KILLED,
        )
    )

    stored = [] if point in POINTS[:2] else list(range(KILLED))
    last = f"value {KILLED - 1}"
    wanted = {str(n): f"value {n}" for n in stored} | ({"0": last} if stored else {})
    assert done["rows"] == recorder.rows == wanted
    assert set(done["pending"].values()) == {0}
    bodies = dict(recorder.messages)
    assert sorted(bodies.values()) == sorted(f"note {n}" for n in stored)
    again = len(recorder.messages) - len(bodies)
    # Only who dies between the answer and the removal tells it twice: its id
    # says so.
    assert again == 0 or point == "after answer"


def submit(db, number):
    manager = TransactionManager()
    connection = db.open(manager)
    for attempt in range(4):
        try:
            with manager:
                site = connection.root()["site"]
                site["rows"][number] = f"value {number}"
                mark(site, "search", "form", number)
                send(site, "mail", f"note {number}")
            break
        except ConflictError:
            assert attempt < 3
    connection.close()


def state_of(site):
    transaction.begin()
    return outbox_state(site)


def test_100_submissions_while_the_service_is_down(db, site, recorder, targets, work):
    recorder.down = True
    work()
    for number in range(100):
        submit(db, number)

    wait_for(lambda: all(one.failures for one in state_of(site).values()))
    for state in state_of(site).values():
        assert (state.pending, state.parked, state.sent) == (100, 0, 0)
        assert state.last_error == "the service answered 503"
        assert state.oldest and state.retry_at

    recorder.down = False
    wait_for(lambda: not any(one.pending for one in state_of(site).values()))
    assert recorder.rows == {str(n): f"value {n}" for n in range(100)}
    assert sorted(body for _, body in recorder.messages) == sorted(
        f"note {n}" for n in range(100)
    )


def test_a_service_that_hangs_holds_up_nobody(db, site, recorder, targets, work):
    """Neither who submits, nor the other targets."""
    other = Recorder()
    provideUtility(Notes(other.url), IMessageTarget, "mail")
    recorder.hanging = True
    work()
    submit(db, 0)
    wait_for(lambda: recorder.requests)

    longest = 0
    for number in range(1, 20):
        started = monotonic()
        submit(db, number)
        longest = max(longest, monotonic() - started)
    wait_for(lambda: len(other.messages) == 20)
    assert recorder.rows == {} and longest < 15
    recorder.hanging = False
    recorder.go_on.set()
    wait_for(lambda: len(recorder.rows) == 20)
    other.close()


def test_poison_is_parked_while_the_rest_passes(db, site, recorder, targets, work):
    recorder.poison = {"note 3", "note 7"}
    work()
    for number in range(10):
        submit(db, number)
    wait_for(lambda: state_of(site)["mail"].parked == 2)
    wait_for(lambda: len(recorder.messages) == 8)
    assert state_of(site)["mail"].last_error == "the service answered 400"


def test_a_site_that_cannot_be_read_keeps_no_other_from_it(db, site, recorder, targets):
    with db.transaction() as connection:
        bad = connection.root()["bad"] = a_site()
        prepare(bad)
        IAnnotations(bad)["collective.hoard.outbox"]["version"] = 2
    sites = {
        name: lambda connection, name=name: connection.root()[name]
        for name in ("gone", "bad", "site")
    }
    submit(db, 1)
    done = drain_database(db, lambda connection: sites)
    assert set(done) == {("site", "mail"), ("site", "search")}
    assert all(one.sent == 1 for one in done.values())


def test_what_is_committed_is_delivered_at_once(db, site, recorder, targets):
    """The worker of the same process need not look for it."""
    sites = {"/site": lambda connection: connection.root()["site"]}
    worker = Worker(db, interval=30, sites=lambda connection: sites)
    worker.start()
    submit(db, 1)
    wait_for(lambda: recorder.rows and recorder.messages, 25)
    worker.stop()


def test_a_worker_that_stops_gives_its_leases_back(db, site, recorder, targets, work):
    worker = work()
    submit(db, 1)
    wait_for(lambda: recorder.rows and recorder.messages)
    assert state_of(site)["mail"].drainer == worker.terms.owner
    worker.stop()
    assert state_of(site)["mail"].drainer == ""


def test_of_two_workers_one_delivers(db, site, recorder, targets, work):
    work(), work()
    for number in range(30):
        submit(db, number)
    wait_for(lambda: len(recorder.messages) >= 30)
    wait_for(lambda: not state_of(site)["mail"].pending)
    assert len(recorder.messages) == 30


def test_a_drainer_that_was_killed_is_replaced_when_its_lease_ends(
    tmp_path, recorder, targets
):
    assert LEASE_SECONDS + 1 < 60
    path = str(tmp_path / "Killed.fs")
    started = monotonic()
    result(start("held", path=path, url=recorder.url, seconds=6))
    db = DB(FileStorage(path))
    site = db.open().root()["site"]
    assert drain_once(site)["mail"].busy and len(recorder.messages) == 1
    sites = {"/site": lambda connection: connection.root()["site"]}
    worker = Worker(db, 0.05, lambda connection: sites)
    worker.start()

    wait_for(lambda: len(recorder.messages) == 2)

    assert monotonic() - started > 6
    assert recorder.messages[0] == recorder.messages[1]
    worker.stop()
    db.close()


@implementer(IMarkTarget)
class Slow:
    """Posts after a pause, as of the time when it read, and settles after one."""

    in_database = False

    def __init__(self):
        self.rows, self._lock = {}, Lock()

    def update(self, root, marks):
        rows = {mark.key: root["rows"].get(mark.key) for mark in marks}
        sleep(random() * 0.02)
        with self._lock:
            self.rows.update(rows)
        sleep(random() * 0.005)


@pytest.mark.slow
def test_two_drainers_at_once_leave_nothing_stale(db, site):
    """50 runs; the lease is switched off, so that they do overlap."""
    target = Slow()
    provideUtility(target, IMarkTarget, "search")
    for run in range(50):
        ends = monotonic() + 0.25
        threads = [Thread(target=hammer, args=(db, ends)) for _ in range(3)]
        threads += [Thread(target=keep_draining, args=(db, ends)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()
        transaction.begin()
        drain_once(site, terms=Terms("last", lease_seconds=0, force=True))
        transaction.begin()
        assert target.rows == dict(site["rows"]), run
        assert outbox_state(site)["search"].pending == 0


def hammer(db, ends):
    manager = TransactionManager()
    connection = db.open(manager)
    site = connection.root()["site"]
    while monotonic() < ends:
        key = choice(range(36))
        try:
            manager.begin()
            row = site["rows"].get(key, 0)
            site["rows"][key] = row + 1
            mark(site, "search", "form", key)
            manager.commit()
        except ConflictError:
            manager.abort()
    manager.abort()
    connection.close()


def keep_draining(db, ends):
    manager = TransactionManager()
    connection = db.open(manager)
    site = connection.root()["site"]
    while monotonic() < ends:
        terms = Terms(f"{id(connection)}", lease_seconds=0, batch=10, force=True)
        drain_once(site, terms=terms)
    connection.close()


@pytest.mark.slow
def test_eight_writers_on_zeo_do_not_conflict_at_the_outbox(tmp_path):
    address, stop = ZEO.server(str(tmp_path / "Zeo.fs"), port=("127.0.0.1", 0))
    try:
        db = ZEO.DB(address)
        prepare_zeo(db)
        running = [
            start("writers", address=address, process=n, threads=2, rows=150)
            for n in range(4)
        ]
        conflicts = sum(result(process)["outbox"] for process in running)
        with db.transaction() as connection:
            states = outbox_state(connection.root()["site"])
        db.close()
    finally:
        stop()
    assert {name: state.pending for name, state in states.items()} == {
        name: 1200 for name in ("search", *MESSAGE_TARGETS)
    }
    assert conflicts == 0


@implementer(IMessageTarget)
class Taker:
    """Takes everything; ``taken`` has ``(target, id)`` of it."""

    def __init__(self):
        self.taken = []

    def deliver(self, root, message):
        self.taken.append((message.target, message.id))


@pytest.mark.slow
def test_nor_while_a_drainer_hands_out_what_they_send(tmp_path):
    taker = Taker()
    for name in MESSAGE_TARGETS:
        provideUtility(taker, IMessageTarget, name.partition(":")[0])
    address, stop = ZEO.server(str(tmp_path / "Zeo.fs"), port=("127.0.0.1", 0))
    try:
        db = ZEO.DB(address)
        prepare_zeo(db)
        sites = {"": lambda connection: connection.root()["site"]}
        worker = Worker(db, interval=0.05, sites=lambda connection: sites)
        worker.start()
        running = [
            start("writers", address=address, process=n, threads=2, rows=100)
            for n in range(4)
        ]
        conflicts = sum(result(process)["outbox"] for process in running)
        wait_for(lambda: len(taker.taken) >= 800 * len(MESSAGE_TARGETS), 60)
        worker.stop()
        db.close()
    finally:
        stop()
    assert len(set(taker.taken)) == len(taker.taken) == 800 * len(MESSAGE_TARGETS)
    assert conflicts == 0
