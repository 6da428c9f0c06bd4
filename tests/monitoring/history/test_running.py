"""The slot that is not over yet: shown, counted, and never in the log (R6)."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.history.importing import import_lines
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.interfaces import Sample
from sqlalchemy import select
import pytest


#: The beginning of a slot of 600 s.
START = 1_800_000_000
SLOT, FRESH, GRACE = 600, 900, 30


@pytest.fixture
def imported(store, clock):
    """``imported(*times)``: samples, ok, of the check "site" at seconds after START."""

    def take(*times):
        lines = [
            b'{"check": "site", "time": %d, "status": "ok", "code": 200}' % (START + at)
            for at in times
        ]
        import_lines(store, lines, create=True, slot=SLOT, fresh=FRESH)
        return store.check("site").id

    clock.now = START + 200
    return take


def log_of(store, number):
    with store.engine.connect() as connection:
        return [
            (row.since - START, row.until and row.until - START, row.status)
            for row in connection.execute(
                select(t.interval).where(t.interval.c.check_id == number)
            )
        ]


def sums(store, number, since, until):
    with store.engine.connect() as connection:
        return availability(connection, START + since, START + until, [number])[number]


def test_an_import_does_not_close_it(store, clock, imported):
    number = imported(-1000, -500, 100)

    with store.engine.connect() as connection:
        (row,) = connection.execute(select(t.standing)).all()
        (pending,) = connection.execute(select(t.pending)).all()
    assert row.closed <= START
    assert (row.status, bool(row.provisional)) == (0, True)
    assert pending.since == START
    assert sums(store, number, 0, 200).up == 200


def test_after_an_import_it_ends_as_any_other(store, clock, imported):
    number = imported(-1000, -500, 100)
    store.ensure_source("live")
    clock.now = START + 500
    store.record([Sample("site", "live", START + 480, "crit", 500)])
    clock.now = START + SLOT + GRACE + 1
    store.close_slots()

    assert len(log_of(store, number)) == 1
    with store.engine.connect() as connection:
        found = intervals(connection, number, clock.now)
        hidden = connection.execute(select(t.suppressed)).all()
    assert [one.status for one in found] == ["ok"]
    assert len(hidden) == 1


def test_an_import_in_the_running_slot_alone(store, clock, imported):
    number = imported(100)

    assert log_of(store, number) == []
    clock.now = START + SLOT + GRACE + 1
    store.close_slots()
    assert log_of(store, number) == [(0, None, 0)]


def test_other_rules_after_an_import_leave_no_hole(store, clock, imported):
    """As when a history of long slots goes on live with short ones."""
    number = imported(-1000, -500, 100)
    store.ensure_source("live")
    store.set_rules("site", clock.now, 60, 240)

    for now in range(START + 200, START + 1400, 60):
        clock.now = now
        store.record([Sample("site", "live", now, "ok", 200)])
        store.close_slots()
        with store.engine.connect() as connection:
            (row,) = connection.execute(select(t.standing)).all()
        assert (row.status, row.since <= now) == (0, True), now - START

    assert log_of(store, number) == [(-1200, None, 0)]
    assert sums(store, number, -1200, 1300).up == 2500


@pytest.mark.parametrize("made", [0, 1, 299, 599])
@pytest.mark.parametrize("slot", [60, 600, 86_400])
@pytest.mark.parametrize("status", ["ok", "crit"])
def test_no_second_is_counted_twice_or_less_than_once(store, clock, made, slot, status):
    """A check is new, speaks once, and is silent."""
    clock.now = START + made
    store.ensure_check("site", slot, 900, monitored_since=clock.now, grace=GRACE)
    store.ensure_source("live")
    number = store.check("site").id
    clock.now += 20
    store.record([Sample("site", "live", clock.now, status, 200)])

    for _ in range(80):
        clock.now += 37
        store.close_slots()
        for since in (-90_000, 0, made, made + 30):
            found = sums(store, number, since, clock.now - START)
            parts = [found.up, found.down, found.unknown, found.unmonitored]
            assert min(parts) >= 0, (since, found)
            assert sum(parts) == clock.now - START - since
