"""What the embedded index stores: built-in classes, and little of it per commit."""

from collective.hoard.search.embedded import EmbeddedIndex
from collective.hoard.search.embedded._storage import fold
from collective.hoard.search.embedded._storage import TAIL
from collective.hoard.search.interfaces import Document
from collective.hoard.search.interfaces import Query
from collective.hoard.search.interfaces import Scope
from collective.hoard.search.interfaces import Words
from persistent.mapping import PersistentMapping
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.utils import get_pickle_metadata
import pytest
import transaction


@pytest.fixture
def db(tmp_path):
    db = DB(FileStorage(str(tmp_path / "search.fs")))
    with db.transaction() as connection:
        connection.root()["collections"] = PersistentMapping()
        connection.root()["building"] = PersistentMapping()
    yield db
    db.close()


def index(connection):
    root = connection.root()
    return EmbeddedIndex(root["collections"], root["building"])


def document(number, words=40):
    found = tuple(f"word{(number * 7 + n) % 900}" for n in range(words))
    return Document("form", number, "1", {"text": found}, {"n": (f"n{number}",)})


def test_nothing_stored_needs_us(db):
    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 2 * TAIL)))
        index(connection).begin("other")
        fold(connection.root()["collections"]["form"])

    names = {
        get_pickle_metadata(record.data)[0]
        for txn in db.storage.iterator()
        for record in txn
    }

    assert names <= {
        "persistent.mapping",
        "BTrees.LOBTree",
        "BTrees.OOBTree",
        "BTrees.LLBTree",
        "BTrees.OLBTree",
    }


def test_one_document_more_costs_one_small_leaf(db):
    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 2_000)))
        fold(connection.root()["collections"]["form"])
    before = db.storage.getSize()

    with db.transaction() as connection:
        index(connection).update([document(5_000)])

    assert db.storage.getSize() - before < 2_000


def test_a_removal_is_seen_at_once_and_leaves_nothing_when_folded(db):
    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 2 * TAIL)))
        collection = connection.root()["collections"]["form"]
        fold(collection)
        index(connection).update((), [("form", n, None) for n in range(1, 2 * TAIL)])
        asked = Query(words=(Words(("word8",)),))
        assert index(connection).search(asked, Scope(("form",))).total == 0
        fold(collection)

        assert not len(collection["words"]) and not len(collection["values"])
        assert not len(collection["docs"]) and not collection["count"]


def test_the_same_documents_again_write_nothing(db):
    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 400)))
    before = db.storage.getSize()

    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 400)))

    assert db.storage.getSize() == before
    transaction.abort()
