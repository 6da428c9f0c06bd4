"""Judging and telling on PostgreSQL."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.judge import editing
from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.simulation import simulate
from monitoring_world import MONDAY
from monitoring_world import World
import pytest


FAILED = (
    "CRIT rule:shop (and 3 below it): up(group:app) is 50 % (3 of 6), wanted >= 60 %"
)
pytestmark = pytest.mark.services


@pytest.fixture
def world(postgresql):
    world = World(postgresql.create_database())
    world.checks(*"abcdef", group="app")
    world.roster(
        {
            "name": "all",
            "contacts": ["anna"],
            "steps": [{"after": 15, "contacts": ["bob"]}],
        },
        contacts=("anna", "bob"),
    )
    with world.engine.begin() as connection:
        rule = {"name": "shop", "expression": "up(group:app) >= 60 %"}
        window = {"title": "w", "since": MONDAY, "until": MONDAY + 60, "selector": "f"}
        alarm = {"name": "slow", "check": "a", "metric": "ms", "threshold": 5}
        data = {"rule": [rule], "maintenance": [window], "alarm": [alarm]}
        editing.save(connection, data, MONDAY)
    world.start()
    yield world
    world.engine.dispose()


def subjects(world, name="anna"):
    return [letter.subject for letter in world.recorder.to(name)]


def test_problems_rules_escalation_and_recoveries(world):
    world.change(a="crit")
    world.wait(60)
    world.change(b="crit", c="crit")
    world.teller = Teller(world.engine, world.teller.delivery.channels)
    world.start()
    world.wait(1200)
    assert subjects(world) == ["CRIT a", FAILED]
    assert subjects(world, "bob") == [FAILED]
    world.change(a="ok", b="ok", c="ok")
    world.wait(600)
    assert subjects(world)[2:] == ["RECOVERED a and 1 more: 2 recovered"]
    assert {row.state for row in world.rows(t.incident)} == {"closed"}


def test_the_time_is_replayed(world):
    world.now += 120
    world.change(a="crit", b="crit", c="crit")
    told = simulate(world.engine, MONDAY, MONDAY + 3600)
    assert {one.contact for one in told} == {"anna", "bob"}
    assert told[0].letter.subject == FAILED
