"""What is stored: readable without us, versioned, small, and left alone."""

from collective.hoard.outbox import discard_pending
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import forget
from collective.hoard.outbox import forget_target
from collective.hoard.outbox import is_active
from collective.hoard.outbox import mark
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import prepare
from collective.hoard.outbox import prepare_target
from collective.hoard.outbox import send
from collective.hoard.outbox import suspend
from collective.hoard.outbox.interfaces import NewerLayout
from collective.hoard.outbox.interfaces import Refused
from collective.hoard.outbox.interfaces import TargetDown
from ZODB.FileStorage import FileStorage
from ZODB.utils import get_pickle_metadata
from zope.annotation.interfaces import IAnnotations
import os
import pytest
import subprocess
import sys
import transaction


KEY = "collective.hoard.outbox"
READ = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        absent = ("collective", "plone", "Products", "OFS", "zope.annotation")
        if any(name == one or name.startswith(one + ".") for one in absent):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())

from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

db = DB(FileStorage(sys.argv[1], read_only=True))
outbox = db.open().root()["site"].__annotations__["collective.hoard.outbox"]
for name, target in outbox["targets"].items():
    for shard in target["shards"]:
        for key, value in shard.items():
            print(name, key, dict(value) if hasattr(value, "items") else value)
    for id, entry in target["parked"].items():
        print("parked", name, id, entry["error"])
    print(dict(target["state"]), dict(target["lease"]), dict(target["failed"]))
"""


@pytest.fixture
def full(site, search, mail):
    """An outbox with something of everything in it."""
    mark(site, "search", "form", 1)
    mark(site, "search", "form", 2)
    for body in ("bad", "down", "later"):
        send(site, "mail", body)
    transaction.commit()
    search.bad = {1}
    mail.answers = {"bad": Refused("no such address"), "down": TargetDown("away")}
    drain_once(site)
    mark(site, "search", "form", 3)
    transaction.commit()
    return site


def test_bare_zodb_reads_an_outbox(full, db):
    path = db.storage.getName()
    db.close()
    done = subprocess.run(
        [sys.executable, "-c", READ, path],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for text in (
        "parked mail",
        "no such address",
        "parked search form:1 unknown field",
        "search ('form', 3)",
        "'body': '\"later\"'",
        "'error': 'away'",
    ):
        assert text in done.stdout


def test_nothing_stored_belongs_to_us(full, db):
    path = db.storage.getName()
    db.close()
    storage = FileStorage(path, read_only=True)
    found = {
        get_pickle_metadata(record.data)[0].split(".")[0]
        for part in storage.iterator()
        for record in part
    }
    storage.close()
    assert found <= {"BTrees", "persistent"}
    with open(path, "rb") as file:
        assert b"collective.hoard.outbox." not in file.read()


def test_an_outbox_of_a_newer_version_is_left_alone(site, connection):
    IAnnotations(site)[KEY]["version"] = 2
    transaction.commit()
    for call in (
        lambda: mark(site, "search", "form", 1),
        lambda: send(site, "mail", "x"),
        lambda: outbox_state(site),
        lambda: prepare(site),
        lambda: drain_once(site),
    ):
        with pytest.raises(NewerLayout, match="layout 2"):
            call()
    assert not connection._registered_objects


def test_looking_writes_nothing(full, connection):
    outbox_state(full)
    prepare(full, search="marks", mail="messages")
    assert not connection._registered_objects


def test_an_outbox_is_made_when_it_is_first_needed(connection):
    root = connection.root()["site"]
    assert outbox_state(root) == {} and not is_active(root)
    assert drain_once(root) == {}
    send(root, "mail", "x")
    transaction.commit()
    assert outbox_state(root)["mail"].pending == 1


def test_a_suspended_outbox_keeps_all_and_drains_nothing(site, mail):
    send(site, "mail", "x")
    suspend(site)
    transaction.commit()
    assert drain_once(site) == {} and not is_active(site)
    prepare(site)
    transaction.commit()
    assert drain_once(site)["mail"].sent == 1


def test_what_is_pending_can_be_discarded(full):
    for name in ("search", "mail"):
        assert discard_pending(full, name) > 0
        assert outbox_state(full)[name].pending == 0


def test_an_outbox_goes_with_all_its_objects(full, db):
    forget(full)
    transaction.commit()
    db.pack()
    assert len(db.storage) <= 4


def test_a_target_goes_alone(full):
    prepare_target(full, "webhook:crm", "messages")
    forget_target(full, "webhook:crm")
    assert sorted(outbox_state(full)) == ["mail", "search"]


def test_a_packed_outbox_loses_nothing(full, db):
    db.pack()
    transaction.begin()
    state = outbox_state(full)
    assert (state["mail"].pending, state["mail"].parked) == (2, 1)
    assert (state["search"].pending, state["search"].parked) == (1, 1)


def test_an_empty_target_is_small(site, db):
    before = db.storage.getSize()
    prepare_target(site, "webhook:crm", "messages")
    transaction.commit()
    assert db.storage.getSize() - before < 12_000


def test_a_message_adds_little(site, db):
    for number in range(200):
        send(site, "mail", {"n": number})
    transaction.commit()
    before = db.storage.getSize()
    for number in range(20):
        send(site, "mail", {"n": number})
        transaction.commit()
    # The message, one leaf of a tree, and the transaction.
    assert (db.storage.getSize() - before) / 20 < 2500
