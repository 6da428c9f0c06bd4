"""Maintenance worked out per check: what is past stays as it was."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.judge import spans
from collective.hoard.monitoring.judge.belonging import save_maintenance
from monitoring_world import MONDAY
from monitoring_world import World
from sqlalchemy import delete
from sqlalchemy import insert
import pytest


HOUR, DAY = 3600, 86400
NIGHTLY = {
    "title": "Backup",
    "since": MONDAY + 10 * HOUR,
    "until": MONDAY + 11 * HOUR,
    "recurrence": "FREQ=DAILY",
    "selector": "group:db",
}


@pytest.fixture
def world(tmp_path):
    """Check "old" belongs to the group, and a nightly window is planned."""
    world = World(tmp_path / "hoard.db")
    world.checks("old", group="db")
    world.checks("new")
    with world.engine.begin() as connection:
        save_maintenance(connection, NIGHTLY, MONDAY)
    extend(world, MONDAY)
    return world


def extend(world, now):
    with world.engine.begin() as connection:
        assert spans.extend(connection, now) == []


def change_members(world):
    """From now on "new" belongs to the group instead of "old"."""
    with world.engine.begin() as connection:
        group = world.group(connection, "db")
        connection.execute(delete(t.group_member))
        connection.execute(
            insert(t.group_member).values(group_id=group, check_id=world.ids["new"])
        )


def days(world, name):
    """The days, counted from MONDAY, on which a check is in maintenance."""
    number = world.ids[name]
    rows = [row for row in world.rows(t.maintenance_span) if row.check_id == number]
    return sorted((row.since - MONDAY) // DAY for row in rows)


def test_who_came_later_has_no_maintenance_before(world):
    change_members(world)

    extend(world, MONDAY + 5 * DAY)

    assert days(world, "old") == [0, 1, 2, 3, 4]
    assert days(world, "new") == list(range(5, 13))


def test_a_window_that_is_open_goes_on_for_those_it_began_with(world):
    change_members(world)

    extend(world, MONDAY + 5 * DAY + 10 * HOUR + 60)

    assert days(world, "old") == [0, 1, 2, 3, 4, 5]
    assert days(world, "new") == list(range(6, 14))


def test_days_that_nobody_worked_out_are_made_up_for(world):
    extend(world, MONDAY + 20 * DAY)

    assert days(world, "old") == list(range(28))


def test_the_same_plan_again_leaves_the_past(world):
    change_members(world)

    with world.engine.begin() as connection:
        save_maintenance(connection, NIGHTLY, MONDAY + 2 * DAY)

    assert days(world, "old") == [0, 1]
    assert days(world, "new") == list(range(2, 10))


def test_nobody_belongs_any_more(world):
    with world.engine.begin() as connection:
        connection.execute(delete(t.group_member))

    extend(world, MONDAY + 5 * DAY)

    assert days(world, "old") == [0, 1, 2, 3, 4]
