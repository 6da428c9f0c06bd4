"""What the embedded index stores: built-in classes, and little of it per commit."""

from BTrees.LLBTree import LLBTree
from BTrees.LLBTree import LLTreeSet
from collective.hoard.search.embedded import EmbeddedIndex
from collective.hoard.search.embedded._storage import fold
from collective.hoard.search.embedded._storage import TAIL
from collective.hoard.search.interfaces import Document
from collective.hoard.search.interfaces import Query
from collective.hoard.search.interfaces import Scope
from collective.hoard.search.interfaces import Words
from collective.hoard.search.matching import Matcher
from persistent import GHOST
from persistent.mapping import PersistentMapping
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.utils import get_pickle_metadata
import pytest
import random
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


def sentence(number, seed=0, kinds=9):
    chance = random.Random(number + seed)
    words = tuple(f"w{chance.randrange(kinds)}" for _ in range(chance.randint(1, 70)))
    return Document("form", number, f"{seed}", {"text": words})


def as_layout_1(collection):
    """As the first version kept it: postings do not say where words stand."""
    for name, posting in collection["words"].items():
        if isinstance(posting, LLBTree):
            collection["words"][name] = LLTreeSet(posting)
    collection["layout"] = 1


@pytest.mark.parametrize("layout", [1, 2])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_phrases_of_frequent_words(db, layout, seed):
    found = {n: sentence(n, seed) for n in range(1, 300)}
    with db.transaction() as connection:
        index(connection).update(found.values())
        collection = connection.root()["collections"]["form"]
        fold(collection)
        if layout == 1:
            as_layout_1(collection)
        for number in range(1, 300, 7):
            found[number] = sentence(number, seed + 50)
        gone = [found.pop(number).key for number in range(2, 300, 9)]
        index(connection).update(found.values(), [("form", n, None) for n in gone])
        fold(collection)
        for words in ("w1 w2", "w1 w1", "w3 w4 w5", "w3 w4 w3 w4"):
            asked = Query(words=(Words(tuple(words.split())),))
            hits = index(connection).search(asked, Scope(("form",)), 500).hits
            matcher = Matcher(asked)
            expected = [n for n, d in sorted(found.items()) if matcher.matches(d)]
            assert [hit.key for hit in hits] == expected[::-1]
            assert expected


def test_a_phrase_of_frequent_words_loads_no_texts(db):
    with db.transaction() as connection:
        index(connection).begin("form")
        for start in range(1, 3_000, 500):
            made = (sentence(n, kinds=60) for n in range(start, start + 500))
            index(connection).update(made)
            fold(connection.root()["building"]["form"])
        index(connection).finish("form")
    with db.transaction() as connection:
        connection.cacheMinimize()
        asked = Query(words=(Words(("w1", "w2")),))

        assert index(connection).search(asked, Scope(("form",))).total

        texts = connection.root()["collections"]["form"]["texts"]["text"]
        leaf, loaded = texts._firstbucket, 0
        while leaf is not None:
            loaded += leaf._p_state != GHOST
            leaf._p_activate()
            leaf = leaf._next
        assert loaded <= 10


def test_the_same_documents_again_write_nothing(db):
    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 400)))
    before = db.storage.getSize()

    with db.transaction() as connection:
        index(connection).update(map(document, range(1, 400)))

    assert db.storage.getSize() == before
    transaction.abort()
