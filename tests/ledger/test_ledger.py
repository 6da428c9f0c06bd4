"""Rows are added, read, changed and removed; refusals leave nothing behind."""

from collective.hoard.ledger import _shards
from collective.hoard.ledger import get_ledger
from collective.hoard.ledger.interfaces import DuplicateToken
from collective.hoard.ledger.interfaces import ILedger
from collective.hoard.ledger.interfaces import IRow
from collective.hoard.ledger.interfaces import NotPlain
from collective.hoard.ledger.interfaces import RowMissing
from collective.hoard.ledger.interfaces import StaleRevision
from collective.hoard.ledger.interfaces import TokenUsed
from collective.hoard.ledger.keys import EPOCH
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from zope.interface.verify import verifyObject
import pytest
import transaction


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TOKEN = 1_767_268_800_000 << 20 | 77
ODD_KEYS = [0, -1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30]


@pytest.fixture
def key(ledger):
    key = ledger.add({"name": "Ada", "age": 36}, schema=1, user_id="ada")
    transaction.commit()
    return key


def test_it_keeps_its_contract(ledger, key):
    verifyObject(ILedger, ledger)
    verifyObject(IRow, ledger.get(key))


def test_a_row_tells_all_that_was_stored(ledger, key):
    row = ledger.get(key)

    assert row.key == key
    assert row.submitted == NOON
    assert row.values == {"name": "Ada", "age": 36}
    assert (row.schema, row.user_id, row.revision) == (1, "ada", 0)


def test_an_anonymous_row_has_no_user(ledger):
    assert ledger.get(ledger.add({}, schema=1)).user_id is None


def test_changing_a_snapshot_changes_nothing_stored(ledger, key, connection):
    ledger.get(key).values["name"] = "Eve"
    assert ledger.get(key).values["name"] == "Ada"
    assert not connection._registered_objects


@pytest.mark.parametrize("odd", ODD_KEYS)
def test_an_impossible_key_is_a_missing_row(ledger, key, odd):
    with pytest.raises(RowMissing):
        ledger.get(odd)
    assert ledger.remove(odd) == 0


@pytest.mark.parametrize(
    "values,rest",
    [
        ({"_s": 1}, {}),
        ({"f": {}}, {}),
        ({}, {"schema": 2}),
        ({}, {"schema": -1}),
        ({}, {"user_id": b"ada"}),
        ({}, {"token": -1}),
        ({}, {"token": 2**63}),
        ({}, {"token": "7"}),
    ],
)
def test_a_refused_row_stores_nothing(ledger, key, connection, values, rest):
    with pytest.raises((TypeError, ValueError)):
        ledger.add(values, **{"schema": 1, "token": TOKEN, **rest})

    assert not connection._registered_objects
    assert len(ledger) == 1
    ledger.add({}, schema=1, token=TOKEN)  # The token is still good.


# One-time tokens


def test_a_token_stores_once(ledger):
    ledger.add({"a": 1}, schema=1, token=TOKEN)
    with pytest.raises(DuplicateToken):
        ledger.add({"a": 1}, schema=1, token=TOKEN)
    assert len(ledger) == 1


def test_a_token_does_not_store_other_values(ledger):
    ledger.add({"a": 1}, schema=1, token=TOKEN)
    with pytest.raises(TokenUsed) as refused:
        ledger.add({"a": 2}, schema=1, token=TOKEN)
    assert not isinstance(refused.value, DuplicateToken)
    assert len(ledger) == 1


def test_a_token_stays_used_when_its_row_is_removed(ledger):
    ledger.remove(ledger.add({"a": 1}, schema=1, token=TOKEN))
    with pytest.raises(DuplicateToken):
        ledger.add({"a": 1}, schema=1, token=TOKEN)


def test_expired_tokens_are_forgotten_in_steps(ledger):
    for number in range(10):
        ledger.add({}, schema=1, token=TOKEN + (number << 20))
    until = NOON + timedelta(milliseconds=7)

    assert [ledger.expire_tokens(until, limit=4) for _ in range(3)] == [4, 3, 0]

    ledger.add({}, schema=1, token=TOKEN)
    with pytest.raises(DuplicateToken):
        ledger.add({}, schema=1, token=TOKEN + (7 << 20))


# Changes


def test_a_change_keeps_the_other_values(ledger, key):
    assert ledger.change(key, {"age": 37}, revision=0, user_id="bob") == 1

    row = ledger.get(key)
    assert row.values == {"name": "Ada", "age": 37}
    assert (row.revision, row.user_id, row.submitted) == (1, "ada", NOON)


def test_history_tells_who_changed_what_and_when(ledger, key, clock):
    clock.ms += 500
    ledger.change(key, {"age": 37, "city": "London"}, revision=0, user_id="bob")
    clock.ms += 500
    ledger.change(key, {"name": "Ada K.", "age": 37}, revision=1)

    first, second = ledger.history(key)

    assert first.time == NOON + timedelta(milliseconds=500)
    assert (first.user_id, first.revision) == ("bob", 1)
    assert first.before == {"age": 36}
    assert first.after == {"age": 37, "city": "London"}
    assert (second.user_id, second.revision) == (None, 2)
    assert second.before == {"name": "Ada"}
    assert second.after == {"name": "Ada K."}


def test_a_row_never_changed_has_no_history(ledger, key):
    assert ledger.history(key) == ()


def test_a_stale_revision_is_refused_with_what_happened(ledger, key):
    ledger.change(key, {"age": 37}, revision=0, user_id="bob")
    transaction.commit()

    with pytest.raises(StaleRevision) as refused:
        ledger.change(key, {"age": 38}, revision=0)

    assert (refused.value.expected, refused.value.actual) == (0, 1)
    assert refused.value.last.user_id == "bob"
    assert refused.value.last.after == {"age": 37}
    assert ledger.get(key).values["age"] == 37


def test_a_revision_from_the_future_is_refused(ledger, key):
    with pytest.raises(StaleRevision) as refused:
        ledger.change(key, {"age": 38}, revision=5)
    assert refused.value.last is None


def test_the_same_values_are_no_change(ledger, key, connection):
    assert ledger.change(key, {"age": 36}, revision=0) == 0
    assert ledger.history(key) == ()
    assert not connection._registered_objects


def test_a_value_of_another_type_is_a_change(ledger, key):
    ledger.change(key, {"age": 1}, revision=0)
    assert ledger.change(key, {"age": True}, revision=1) == 2
    assert ledger.get(key).values["age"] is True


@pytest.mark.parametrize(
    "values,rest", [({"_r": 9}, {}), ({"age": {}}, {}), ({"age": 1}, {"user_id": 5})]
)
def test_a_refused_change_stores_nothing(ledger, key, connection, values, rest):
    with pytest.raises(TypeError):
        ledger.change(key, {"name": "Eve", **values}, revision=0, **rest)
    assert ledger.get(key).values == {"name": "Ada", "age": 36}
    assert not connection._registered_objects


def test_a_missing_row_cannot_be_changed(ledger):
    with pytest.raises(RowMissing):
        ledger.change(5, {}, revision=0)
    with pytest.raises(RowMissing):
        ledger.history(5)


def test_field_ids_are_refused_with_their_name(ledger):
    with pytest.raises(NotPlain, match="'_hidden'"):
        ledger.add({"_hidden": 1}, schema=1)


# Removing


def test_a_removed_row_takes_its_history_along(ledger, key, connection):
    ledger.change(key, {"age": 37}, revision=0)
    transaction.commit()

    assert ledger.remove(key) == 1
    transaction.commit()
    connection.db().pack()

    assert len(ledger) == 0
    with pytest.raises(RowMissing):
        ledger.history(key)
    kept = {
        record.data for part in connection.db().storage.iterator() for record in part
    }
    assert not any(b"Ada" in data or b"age" in data for data in kept)


def test_many_rows_are_removed_at_once_and_counted_once(ledger, fill):
    keys = fill(5)
    assert ledger.remove(keys[0], keys[2], keys[0], 12345) == 2
    assert len(ledger) == 3
    assert [row.values["n"] for row in ledger.iter_rows()] == [1, 3, 4]


def test_purge_takes_the_oldest_in_steps(ledger, fill):
    fill(10)
    until = NOON + timedelta(seconds=7)

    assert [ledger.purge(until, limit=4) for _ in range(3)] == [4, 3, 0]

    assert [row.values["n"] for row in ledger.iter_rows()] == [7, 8, 9]
    assert len(ledger) == 3


@pytest.mark.parametrize("until", [EPOCH, datetime(1, 1, 1, tzinfo=UTC)])
def test_purge_before_all_time_removes_nothing(ledger, fill, until):
    fill(3)
    assert ledger.purge(until) == 0
    assert len(ledger) == 3


def test_purged_rows_leave_no_empty_trees(ledger, fill, monkeypatch):
    monkeypatch.setattr(_shards, "LEAVES", 2)
    fill(300)
    shard = max(ledger._rows, key=len)
    assert len(shard) > 3

    while ledger.purge(NOON + timedelta(days=1), limit=70):
        transaction.commit()

    assert [len(shard) for shard in ledger._rows] == [1] * 16
    assert ledger.add({}, schema=1) in {row.key for row in ledger.iter_rows()}


# Schema versions


def test_a_new_definition_becomes_a_new_version(ledger):
    ledger.add({}, schema=1)
    assert ledger.add_schema({"fields": ["name", "age"]}) == 2
    assert ledger.current_schema() == 2
    assert ledger.schemas == {
        1: {"fields": ["name"]},
        2: {"fields": ["name", "age"]},
    }


def test_the_same_definition_is_no_new_version(ledger, connection):
    assert ledger.add_schema({"fields": ["name"]}) == 1
    assert not connection._registered_objects


def test_a_version_without_rows_is_replaced(ledger):
    ledger.add({}, schema=1)
    ledger.add_schema({"fields": ["name", "mistake"]})
    assert ledger.add_schema({"fields": ["name", "age"]}) == 2
    assert ledger.schemas[2] == {"fields": ["name", "age"]}


def test_a_version_stays_in_use_when_a_slow_clock_puts_its_rows_behind(ledger, clock):
    ledger.add({}, schema=1)
    clock.ms -= 60_000
    ledger.add({}, schema=ledger.add_schema({"fields": []}))
    assert ledger.add_schema({"fields": ["age"]}) == 3


def test_going_back_to_an_earlier_definition_is_a_new_version(ledger):
    ledger.add({}, schema=1)
    ledger.add({}, schema=ledger.add_schema({"fields": []}))
    assert ledger.add_schema({"fields": ["name"]}) == 3


@pytest.mark.parametrize("one,other", [(1, True), (1, 1.0), ("1", 1), ([], {})])
def test_definitions_that_only_look_alike_differ(ledger, one, other):
    ledger.add({}, schema=ledger.add_schema({"a": one}))
    assert ledger.add_schema({"a": other}) == 2


def test_a_definition_keeps_its_order(ledger):
    ledger.add_schema({"z": 1, "a": 2})
    assert list(ledger.schemas[1]) == ["z", "a"]


@pytest.mark.parametrize("definition", [{1, 2}, {"a": NOON}, float("nan"), {(1,): 2}])
def test_a_definition_must_be_json_like(ledger, connection, definition):
    with pytest.raises(TypeError, match="JSON"):
        ledger.add_schema(definition)
    assert not connection._registered_objects


def test_rows_keep_the_version_they_came_with(ledger, key):
    ledger.add_schema({"fields": []})
    late = ledger.add({}, schema=2)
    assert (ledger.get(key).schema, ledger.get(late).schema) == (1, 2)


# Size


def test_an_empty_ledger_takes_no_room(ledger):
    assert ledger.size_estimate() == 0


def test_the_estimate_is_near_the_truth(ledger, connection, db):
    empty = db.storage.getSize()
    for number in range(2000):
        ledger.add({"text": "x" * 300, "n": number}, schema=1)
    transaction.commit()
    db.pack()
    connection.cacheMinimize()

    real = db.storage.getSize() - empty
    assert 0.8 < ledger.size_estimate() / real < 1.25


def test_the_estimate_counts_files(ledger, connection):
    from collective.hoard.ledger import store_file

    for _ in range(30):
        one, other = (store_file(b"x" * 5000, "f", "x/y") for _ in range(2))
        ledger.add({"one": one, "more": [other]}, schema=1)
    transaction.commit()
    assert 30 * 10_000 < ledger.size_estimate() < 30 * 12_000


def test_the_estimate_reads_few_rows(ledger, fill, connection, site):
    fill(5000)
    connection.cacheMinimize()
    connection.getTransferCounts(clear=True)
    get_ledger(site, "form").size_estimate()
    assert connection.getTransferCounts()[0] < 100
