"""Ledgers in a ZODB without a site: a mapping stands for the site root."""

from collective.hoard.ledger import create_ledger
from persistent.mapping import PersistentMapping
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from stand_ins import a_site
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
import pytest
import transaction


NOON = 1_767_268_800_000  # 2026-01-01 12:00 UTC in milliseconds


@pytest.fixture(autouse=True)
def annotations():
    pushGlobalRegistry()
    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    yield
    popGlobalRegistry()


@pytest.fixture
def db(tmp_path):
    """A database with files; a mapping at root()["site"], nothing in it."""
    storage = FileStorage(str(tmp_path / "Data.fs"), blob_dir=str(tmp_path / "blobs"))
    db = DB(storage)
    with db.transaction() as connection:
        connection.root()["site"] = a_site()
    yield db
    db.close()


@pytest.fixture
def connection(db):
    connection = db.open()
    yield connection
    transaction.abort()
    connection.close()


@pytest.fixture
def site(connection):
    return connection.root()["site"]


@pytest.fixture
def clock():
    """A clock that stands still until ``clock.ms`` is moved."""

    class Clock:
        ms = NOON

        def __call__(self):
            return self.ms

    return Clock()


@pytest.fixture
def ledger(site, clock):
    """The ledger of form "form", empty and committed, at noon."""
    ledger = create_ledger(site, "form", "Contact")
    ledger.add_schema({"fields": ["name"]})
    transaction.commit()
    ledger.clock = clock
    return ledger


@pytest.fixture
def fill(ledger, clock):
    """Add rows ``{"n": 0}``, ``{"n": 1}``, ... a second apart; returns the keys."""

    def add(count):
        keys = []
        for number in range(count):
            keys.append(ledger.add({"n": number}, schema=1))
            clock.ms += 1000
        transaction.commit()
        return keys

    return add
