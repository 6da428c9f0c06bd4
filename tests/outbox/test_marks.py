"""Marks: the row is brought up to date as it is when it is read."""

from collective.hoard.outbox import behind
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import mark
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import parked
from collective.hoard.outbox import retry
from collective.hoard.outbox.interfaces import ICollectingTarget
from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import Refused
from collective.hoard.outbox.interfaces import TargetDown
from zope.component import provideUtility
from zope.interface import implementer
import pytest
import transaction


def put(site, *keys, value="new"):
    for key in keys:
        site["rows"][key] = value
        mark(site, "search", "form", key)
    transaction.commit()


def state(site):
    transaction.begin()
    return outbox_state(site)["search"]


def test_marked_rows_are_brought_up_to_date(site, search):
    put(site, 1, 2, value="a")
    del site["rows"][2]
    mark(site, "search", "form", 2)
    transaction.commit()

    drained = drain_once(site)

    assert search.rows == {1: "a", 2: None}
    assert drained["search"].sent == 2 and state(site).pending == 0


def test_a_row_that_is_marked_often_is_brought_once(site, search):
    for value in range(5):
        put(site, 1, value=value)
    drain_once(site)
    assert search.calls == [[1]] and search.rows == {1: 4}


def test_a_row_waits_since_its_first_mark(site, search):
    put(site, 1)
    since = state(site).oldest
    put(site, 1)
    assert state(site).oldest == since == behind(site, "search").since


def test_abort_and_rollback_leave_no_mark(site, search):
    mark(site, "search", "form", 1)
    savepoint = transaction.savepoint()
    mark(site, "search", "form", 2)
    savepoint.rollback()
    assert outbox_state(site)["search"].pending == 1
    transaction.abort()
    assert drain_once(site) == {} and search.calls == []


def test_batches_have_an_end(site, search):
    put(site, *range(1200))
    drain_once(site)
    assert [len(call) for call in search.calls] == [500, 500, 200]
    assert len(search.rows) == 1200


def test_a_row_that_changes_while_it_is_sent_is_sent_again(site, search, db):
    put(site, 1, value="old")

    def change(marks):
        search.after = lambda marks: None
        with db.transaction() as connection:
            other = connection.root()["site"]
            other["rows"][1] = "new"
            mark(other, "search", "form", 1)

    search.after = change
    drain_once(site)
    assert search.calls == [[1], [1]] and search.rows == {1: "new"}


def test_a_mark_that_another_drainer_removed_is_looked_at_again(site, search, db):
    put(site, 1)

    def other_drainer(marks):
        search.after = lambda marks: None
        with db.transaction() as connection:
            for shard in connection.root()["site"].__annotations__[
                "collective.hoard.outbox"
            ]["targets"]["search"]["shards"]:
                shard.pop(("form", 1), None)

    search.after = other_drainer
    drain_once(site)
    assert search.calls == [[1], [1]]
    assert state(site).pending == 0


def test_a_target_that_is_down_loses_nothing(site, search):
    put(site, *range(10))
    search.down = TargetDown("connection refused")
    assert drain_once(site)["search"].error == "connection refused"
    assert state(site).pending == 10
    search.down = None
    drain_once(site)
    assert len(search.rows) == 10


@pytest.mark.parametrize("named", [True, False])
def test_refused_rows_are_parked_and_the_rest_passes(site, search, named):
    put(site, *range(100))
    search.bad = {17, 60}
    if named:

        def judge(marks):
            bad = [mark for mark in marks if mark.key in search.bad]
            if bad:
                raise Refused("unknown field", bad)

        search.judge = judge

    drained = drain_once(site)

    assert set(search.rows) == set(range(100)) - search.bad
    assert (drained["search"].sent, drained["search"].parked) == (98, 2)
    transaction.begin()
    entries = parked(site, "search")
    assert {entry.id for entry in entries} == {"form:17", "form:60"}
    assert {entry.error for entry in entries} == {"unknown field"}
    assert state(site).pending == 0 and len(search.calls) < 40


def test_rows_that_make_the_target_fail_are_parked_if_others_pass(site, search):
    put(site, *range(50))
    search.broken = {7}
    drain_once(site)
    transaction.begin()
    [entry] = parked(site, "search")
    assert entry.id == "form:7" and entry.error.startswith("KeyError")
    assert len(search.rows) == 49


def test_a_target_that_fails_with_every_row_is_down(site, search):
    put(site, *range(500))
    search.broken = set(range(500))
    assert drain_once(site)["search"].error.startswith("KeyError")
    assert state(site).pending == 500 and state(site).parked == 0
    assert len(search.calls) < 40


def test_a_parked_row_that_is_marked_again_and_passes_is_not_parked(site, search):
    put(site, 1)
    search.bad = {1}
    drain_once(site)
    assert state(site).parked == 1
    search.bad = set()
    put(site, 1, value="good")
    drain_once(site)
    assert state(site).parked == 0 and search.rows == {1: "good"}


def test_a_parked_row_is_tried_again(site, search):
    put(site, 1)
    search.bad = {1}
    drain_once(site)
    search.bad = set()
    transaction.begin()
    assert retry(site, "search") == 1
    transaction.commit()
    drain_once(site)
    assert search.rows == {1: "new"} and state(site).parked == 0


@implementer(IMarkTarget)
class Index:
    """An index in the database itself."""

    in_database = True
    trouble = 0

    def update(self, root, marks):
        index = root.setdefault("index", type(root)())
        for one in marks:
            index[one.key] = root["rows"].get(one.key)
            if one.key < self.trouble:
                raise Refused("too small")


def test_an_index_in_the_database_is_committed_with_its_marks(site):
    provideUtility(Index(), IMarkTarget, "search")
    put(site, 1, 2)
    assert drain_once(site)["search"].sent == 2
    transaction.begin()
    assert dict(site["index"]) == {1: "new", 2: "new"}
    assert state(site).pending == 0 and state(site).sent == 2


def test_what_an_index_in_the_database_refuses_is_not_half_stored(site):
    index = Index()
    index.trouble = 3
    provideUtility(index, IMarkTarget, "search")
    put(site, *range(1, 6))
    drain_once(site)
    transaction.begin()
    assert sorted(site["index"]) == [3, 4, 5] and state(site).parked == 2


@implementer(ICollectingTarget)
class Collecting:
    in_database = False
    sent = None

    def collect(self, root, marks):
        return [root["rows"][mark.key] for mark in marks]

    def update(self, root, collected):
        assert not root._p_jar._registered_objects
        self.sent = collected


def test_a_target_may_read_first_and_send_then(site):
    target = Collecting()
    provideUtility(target, IMarkTarget, "search")
    put(site, 1)
    drain_once(site)
    assert target.sent == ["new"]


def test_a_banner_counts_only_so_far(site):
    assert behind(site, "search") is None
    assert behind(site, "nothing") is None
    put(site, *range(30))
    assert (behind(site, "search", 10).count, behind(site, "search", 10).more) == (
        10,
        True,
    )
    assert (behind(site, "search").count, behind(site, "search").more) == (30, False)


@pytest.mark.parametrize("arguments", [("", 1), (None, 1), ("form", "1")])
def test_a_mark_names_a_row(site, arguments):
    with pytest.raises(TypeError):
        mark(site, "search", *arguments)
