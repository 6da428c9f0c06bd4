"""Pauses, maintenance, changed rules, several writers: what the property leaves out."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.intervals import timeline
from collective.hoard.monitoring.history.intervals import timelines
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.interfaces import UnknownCheck
from collective.hoard.monitoring.interfaces import WrongUse
from monitoring.history.parts import Clock
from sqlalchemy import event
from sqlalchemy import text
import pytest


@pytest.fixture
def watched(store):
    store.ensure_source("here")
    store.ensure_check("site")
    return store


def log(store, now):
    with store.engine.begin() as connection:
        return [(r.since, r.status) for r in intervals(connection, 1, now)]


def over(store, since, until, **options):
    with store.engine.begin() as connection:
        return availability(connection, since, until, [1], **options)[1]


def record(store, *times, status="ok", now=None):
    samples = [Sample("site", "here", time, status) for time in times]
    return store.record(samples, now=max(times) if now is None else now)


def test_an_open_slot_is_shown_but_not_logged(watched):
    (change,) = record(watched, 5, status="crit")
    assert (change.status, change.provisional) == ("crit", True)
    assert log(watched, 5) == []

    (change,) = record(watched, 305)
    assert (change.status, change.previous, change.provisional) == ("ok", "crit", True)

    (change,) = watched.close_slots(now=700)
    assert (change.status, change.provisional, change.since) == ("ok", False, 0)
    assert log(watched, 700) == [(0, "ok")]


def test_a_slot_is_closed_after_its_grace(watched):
    record(watched, 5)
    assert watched.close_slots(now=629) == []
    assert len(watched.close_slots(now=630)) == 1


def test_a_paused_check_is_unmonitored(watched, clock):
    record(watched, 5)
    clock.now = 700
    watched.pause("site")
    record(watched, 900, status="crit")
    clock.now = 1500
    watched.resume("site")
    record(watched, 1505)
    watched.close_slots(now=3000)

    assert log(watched, 3000) == [
        (0, "ok"),
        (600, "unknown"),
        (700, "unmonitored"),
        (1500, "ok"),
        (1800, "unknown"),
    ]
    assert over(watched, 0, 1800).unmonitored == 800


def test_a_removed_check_keeps_its_history(watched, clock):
    record(watched, 5)
    clock.now = 650
    watched.remove("site")
    assert log(watched, 10_000)[-1] == (650, "unmonitored")


def test_maintenance_is_counted_apart_or_not(watched):
    record(watched, 5, status="crit")
    watched.close_slots(now=2000)
    with watched.engine.begin() as connection:
        for number, (since, until) in enumerate([(100, 200), (150, 250), (900, 950)]):
            connection.execute(
                text(
                    "INSERT INTO maintenance_span (check_id, since, maintenance_id,"
                    f" until) VALUES (1, {since}, {number}, {until})"
                )
            )
    found = over(watched, 0, 1200)
    assert (found.down, found.unknown, found.maintenance) == (450, 550, 200)
    assert found.period == 1000
    found = over(watched, 0, 1200, with_maintenance=True)
    assert (found.down, found.unknown, found.maintenance) == (600, 600, 0)


def test_a_window_of_many_checks_is_one_question(watched):
    """A page asks no more when maintenance concerns hundreds of checks."""
    others = [watched.ensure_check(f"site {number}") for number in range(40)]
    record(watched, 5, status="crit")
    watched.close_slots(now=2000)
    with watched.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO maintenance_span (check_id, since, maintenance_id, until)"
                " SELECT id, 100, 1, 200 FROM check_"
            )
        )
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *_: asked.append(1))
        one = availability(connection, 0, 1200, [1])
        few = len(asked)
        found = availability(connection, 0, 1200, [1, *others])

    assert len(asked) == 2 * few
    assert found[1] == one[1]
    assert (found[1].down, found[1].maintenance) == (500, 100)
    assert {(found[key].unknown, found[key].maintenance) for key in others} == {
        (1100, 100)
    }


def test_timelines_of_several_checks_are_those_of_each(watched):
    watched.ensure_check("quiet")
    watched.ensure_check("other")
    record(watched, 5, status="crit")
    record(watched, 1300)
    watched.record([Sample("other", "here", 700, "warn")], now=1300)

    with watched.engine.begin() as connection:
        found = timelines(connection, [3, 1, 2], 0, 1800)
        each = {key: timeline(connection, key, 0, 1800) for key in (1, 2, 3)}

    assert found == each
    assert len({tuple(rows) for rows in found.values()}) == 3


def test_before_it_was_watched_it_is_unmonitored(store):
    store.ensure_source("here")
    store.ensure_check("site", monitored_since=1000)
    record(store, 1205)
    store.close_slots(now=3000)
    found = over(store, 0, 1800)
    assert (found.unmonitored, found.unknown, found.up) == (1000, 200, 600)


def test_new_rules_leave_the_past_as_it_was(watched, clock):
    record(watched, 5, status="crit")
    record(watched, 305)
    watched.close_slots(now=700)
    clock.now = 1000
    watched.set_rules("site", 600, slot=600, fresh=600, policy="worst")
    record(watched, 605, status="crit", now=1200)
    record(watched, 905, now=1200)
    watched.close_slots(now=2000)
    assert log(watched, 2000) == [(0, "ok"), (600, "crit"), (1200, "unknown")]


def test_two_writers_take_turns(watched, database):
    other = Store(open_engine(database), clock=Clock())
    record(watched, 5, status="crit")
    record(other, 305)
    record(watched, 605, status="crit")
    record(other, 1205)
    watched.close_slots(now=2000)
    assert log(watched, 2000) == [(0, "ok"), (600, "crit"), (1200, "ok")]


def test_a_replay_of_the_same_sample_is_stored_once(watched):
    sample = Sample("site", "here", 5, "ok")
    assert watched.record_all([sample, sample], now=5).duplicates == 1
    assert watched.record_all([sample], now=5).duplicates == 1


@pytest.mark.parametrize(
    "rules",
    [
        {"slot": 0},
        {"fresh": 0},
        {"policy": "mean"},
        {"policy": "m of n", "m": 3, "n": 2},
        {"quorum": 0},
    ],
)
def test_rules_without_sense_are_refused(store, rules):
    with pytest.raises(WrongUse):
        store.ensure_check("site", **rules)


def test_what_is_not_there_cannot_be_paused(store):
    with pytest.raises(UnknownCheck):
        store.pause("site")


def test_a_check_that_comes_late_in_each_slot_does_not_flicker(store):
    store.ensure_source("here")
    store.ensure_check("site", fresh=610)
    told = []
    for now in range(299, 6000, 100):
        told += record(store, now) if now % 300 == 299 else []
        told += store.close_slots(now=now)
    assert {change.status for change in told} == {"ok"}
    assert log(store, 6000) == [(0, "ok")]
