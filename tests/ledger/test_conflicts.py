"""Writers at the same time: rows merge, tokens store once, nothing is lost."""

from collections import Counter
from collective.hoard.ledger import _shards
from collective.hoard.ledger import create_ledger
from collective.hoard.ledger import get_ledger
from collective.hoard.ledger.interfaces import DuplicateToken
from collective.hoard.ledger.interfaces import RowMissing
from collective.hoard.ledger.interfaces import StaleRevision
from collective.hoard.ledger.interfaces import TokenUsed
from threading import Barrier
from threading import Thread
from transaction import TransactionManager
from ZODB.POSException import ConflictError
import pytest
import transaction


TOKEN = 1_767_268_800_000 << 20 | 5


class Writer:
    """Somebody with a ZODB connection and a transaction of their own."""

    def __init__(self, db, clock):
        self.manager = TransactionManager()
        self.connection = db.open(self.manager)
        self.ledger = get_ledger(self.connection.root()["site"], "form")
        self.ledger.clock = clock

    def begin(self):
        self.manager.begin()
        len(self.ledger)
        return self.ledger

    def commit(self):
        self.manager.commit()

    def close(self):
        self.manager.abort()
        self.connection.close()


@pytest.fixture
def writers(db, ledger, clock):
    """Two of them; both add to the same shard, so that they do meet."""
    writers = [Writer(db, clock) for _ in range(2)]
    for writer in writers:
        writer.ledger._own_place = lambda: 3
    yield writers
    for writer in writers:
        writer.close()


def numbers(ledger):
    transaction.begin()
    return sorted(row.values["n"] for row in ledger.iter_rows())


def begin_both(writers):
    return [writer.begin() for writer in writers]


def test_rows_added_to_one_leaf_at_once_merge(writers, ledger):
    one, other = begin_both(writers)
    one.add({"n": 1}, schema=1)
    other.add({"n": 2}, schema=1)
    for writer in writers:
        writer.commit()

    assert numbers(ledger) == [1, 2]
    assert len(ledger) == 2


def test_a_row_added_while_its_neighbour_is_removed_merges(writers, ledger):
    keys = [ledger.add({"n": n}, schema=1) for n in range(5)]
    transaction.commit()
    one, other = begin_both(writers)
    one.add({"n": 9}, schema=1)
    other.remove(keys[2])
    for writer in writers:
        writer.commit()

    assert numbers(ledger) == [0, 1, 3, 4, 9]
    assert len(ledger) == 5


@pytest.mark.parametrize("second", [1, 2], ids=["same values", "other values"])
def test_one_token_never_commits_twice(writers, ledger, second):
    one, other = begin_both(writers)
    one.add({"n": 1}, schema=1, token=TOKEN)
    other.add({"n": second}, schema=1, token=TOKEN)
    writers[0].commit()
    with pytest.raises(ConflictError):
        writers[1].commit()

    writers[1].manager.abort()
    with pytest.raises(DuplicateToken if second == 1 else TokenUsed):
        writers[1].begin().add({"n": second}, schema=1, token=TOKEN)
    assert numbers(ledger) == [1]


def test_other_tokens_of_the_same_tree_merge(writers, ledger):
    one, other = begin_both(writers)
    one.add({"n": 1}, schema=1, token=TOKEN)
    other.add({"n": 2}, schema=1, token=TOKEN + 64)
    for writer in writers:
        writer.commit()
    assert numbers(ledger) == [1, 2]


def test_the_second_of_two_changes_is_refused_after_the_retry(writers, ledger):
    key = ledger.add({"n": 0}, schema=1)
    transaction.commit()
    one, other = begin_both(writers)
    one.change(key, {"n": 1}, revision=0)
    other.change(key, {"n": 2}, revision=0)
    writers[0].commit()
    with pytest.raises(ConflictError):
        writers[1].commit()

    writers[1].manager.abort()
    with pytest.raises(StaleRevision):
        writers[1].begin().change(key, {"n": 2}, revision=0)
    assert numbers(ledger) == [1]


def test_a_row_removed_twice_is_counted_once(writers, ledger):
    key = ledger.add({"n": 0}, schema=1)
    ledger.add({"n": 1}, schema=1)
    transaction.commit()
    for both in begin_both(writers):
        both.remove(key)
    writers[0].commit()
    with pytest.raises(ConflictError):
        writers[1].commit()
    assert numbers(ledger) == [1] and len(ledger) == 1


@pytest.mark.parametrize("first", ["extends", "fills"])
def test_a_row_never_lands_where_nobody_looks(
    writers, ledger, monkeypatch, clock, first
):
    """One writer starts a new tree, the other still adds to the old one."""
    monkeypatch.setattr(_shards, "LEAVES", 2)
    ledger._own_place = lambda: 3
    for n in range(31):  # The last one splits the leaf: the tree has grown.
        ledger.add({"n": n}, schema=1)
        clock.ms += 1
    transaction.commit()
    one, other = begin_both(writers)
    monkeypatch.setattr(_shards, "LEAVES", 1000)
    clock.ms += 10  # The later key: after the start of the new tree.
    late = other.add({"n": 101}, schema=1)
    monkeypatch.setattr(_shards, "LEAVES", 2)
    clock.ms -= 5
    one.add({"n": 100}, schema=1)

    order = writers if first == "extends" else writers[::-1]
    order[0].commit()
    with pytest.raises(ConflictError):
        order[1].commit()

    transaction.begin()
    found = [row.key for row in ledger.iter_rows()]
    assert found == sorted(found) and len(found) == len(ledger) == 32
    assert all(ledger.get(key) for key in found)
    assert (late in found) is (first == "fills")


@pytest.mark.parametrize("first", ["removes", "adds"])
def test_a_row_is_not_added_to_a_tree_that_goes(
    writers, ledger, clock, monkeypatch, first
):
    monkeypatch.setattr(_shards, "LEAVES", 2)
    ledger._own_place = lambda: 3
    old = []
    for n in range(80):
        old.append(ledger.add({"n": n}, schema=1))
        clock.ms += 1
    transaction.commit()
    newest_tree = ledger._rows[3][-1][0]
    one, other = begin_both(writers)
    one.remove(*[key for key in old if key >= newest_tree])
    other.add({"n": 100}, schema=1)

    order = writers if first == "removes" else writers[::-1]
    order[0].commit()
    with pytest.raises(ConflictError):
        order[1].commit()

    transaction.begin()
    found = [row.key for row in ledger.iter_rows()]
    assert len(found) == len(ledger)
    assert all(ledger.get(key) for key in found)


def test_a_purge_beside_a_new_row_loses_none(writers, ledger, clock):
    ledger._own_place = lambda: 3
    ledger.add({"n": 0}, schema=1)
    transaction.commit()
    clock.ms += 1
    one, other = begin_both(writers)
    other.add({"n": 1}, schema=1)
    one.remove(*one.bounds())
    writers[0].commit()
    try:
        writers[1].commit()
        expected = [1]
    except ConflictError:
        expected = []
    assert numbers(ledger) == expected
    assert len(ledger) == len(expected)


def test_a_change_of_a_removed_row_does_not_bring_it_back(writers, ledger):
    key = ledger.add({"n": 0}, schema=1)
    transaction.commit()
    one, other = begin_both(writers)
    one.remove(key)
    other.change(key, {"n": 1}, revision=0)
    for writer in writers:
        writer.commit()
    transaction.begin()
    with pytest.raises(RowMissing):
        ledger.get(key)


def test_two_new_versions_of_the_schema_do_not_share_a_number(writers, ledger):
    one, other = begin_both(writers)
    one.add_schema({"a": 1})
    other.add_schema({"b": 1})
    writers[0].commit()
    with pytest.raises(ConflictError):
        writers[1].commit()


@pytest.mark.parametrize("first,second", [(0, 1), (1, 0)])
def test_a_version_is_not_replaced_under_its_first_row(writers, ledger, first, second):
    one, other = begin_both(writers)
    one.add({"name": "Ada"}, schema=1)
    other.add_schema({"fields": []})
    writers[first].commit()
    with pytest.raises(ConflictError):
        writers[second].commit()


def test_two_forms_get_their_ledgers_at_once(writers, site):
    for name, writer in zip("ab", writers, strict=True):
        writer.begin()
        create_ledger(writer.connection.root()["site"], name)
    for writer in writers:
        writer.commit()
    transaction.begin()
    assert get_ledger(site, "a") and get_ledger(site, "b")


def test_a_writer_keeps_its_shard_until_it_meets_another(db, ledger, clock):
    ledger.add({"n": 0}, schema=1)
    transaction.commit()
    home = ledger._storage._v_last_add[0] % 16
    for n in range(20):
        key = ledger.add({"n": n}, schema=1)
        transaction.commit()
        assert key % 16 == home

    ledger.add({"n": "aborted"}, schema=1)
    transaction.abort()
    assert ledger.add({"n": "alone, so it stays"}, schema=1) % 16 == home
    transaction.abort()

    other = Writer(db, clock)
    other.begin()._own_place = lambda: home
    clock.ms += 1
    other.ledger.add({"n": "intruder"}, schema=1)
    other.commit()
    other.close()
    transaction.begin()
    places = set()
    for _ in range(50):
        places.add(ledger._own_place())
    assert len(places) > 5


def work(writer, number, rows, counts, barrier):
    barrier.wait()
    for n in range(rows):
        for _ in range(4):
            try:
                writer.begin().add({"n": (number, n)}, schema=1)
                writer.commit()
                break
            except ConflictError:
                writer.manager.abort()
                counts["conflicts"] += 1
        else:
            counts["lost"] += 1
    writer.close()


def test_eight_threads_lose_no_row(db, ledger, clock):
    writers = [Writer(db, clock) for _ in range(8)]
    counts, barrier = Counter(), Barrier(8)
    threads = [
        Thread(target=work, args=(writer, number, 100, counts, barrier))
        for number, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    transaction.begin()
    stored = {row.values["n"] for row in ledger.iter_rows()}
    assert stored == {(number, n) for number in range(8) for n in range(100)}
    assert len(ledger) == 800 and counts["lost"] == 0
    assert counts["conflicts"] < 80


def test_sixteen_threads_with_one_token_store_one_row(db, ledger, clock):
    writers = [Writer(db, clock) for _ in range(16)]
    outcomes, barrier = Counter(), Barrier(16)

    def submit(writer):
        barrier.wait()
        for _ in range(4):
            try:
                writer.begin().add({"n": 1}, schema=1, token=TOKEN)
                writer.commit()
                outcomes["stored"] += 1
                break
            except ConflictError:
                writer.manager.abort()
            except DuplicateToken:
                outcomes["duplicate"] += 1
                break
        writer.close()

    threads = [Thread(target=submit, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {"stored": 1, "duplicate": 15}
    assert numbers(ledger) == [1]
