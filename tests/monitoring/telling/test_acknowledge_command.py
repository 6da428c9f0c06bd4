"""`hoard-poller acknowledge`, as people call it."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.database import tables as t
from monitoring_world import World
import pytest
import time


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "hoard.db", now=int(time.time()))
    world.checks("www")
    return world


@pytest.fixture
def command(world):
    words = ["acknowledge", "--database", world.url, "--check"]
    return lambda *more: main([*words, *more])


def test_who_takes_care_stops_the_steps(world, command):
    steps = [{"contacts": ["bert"], "after": 10}]
    world.roster(
        {"name": "all", "contacts": ["anna"], "steps": steps},
        contacts=("anna", "bert"),
    )
    world.start()
    world.change(www="crit")

    assert command("www", "--author", "carla", "--text", "on it") == 0

    world.wait(3600)
    assert len(world.recorder.to("anna")) == 1
    assert world.recorder.to("bert") == []
    [ack] = world.rows(t.ack)
    assert (ack.author, ack.text, ack.until, ack.ended) == (
        "carla",
        "on it",
        None,
        None,
    )


def test_it_is_withdrawn(world, command):
    world.start()
    world.change(www="crit")
    command("www", "--author", "carla")

    assert command("www", "--withdraw") == 0

    [ack] = world.rows(t.ack)
    assert ack.ended is not None


@pytest.mark.parametrize(
    "words, said",
    [
        (("nowhere",), "There is no check 'nowhere'."),
        (("www", "--until", "2001-01-01"), "is over already"),
        (("www", "--until", "tomorrow"), "tomorrow"),
    ],
)
def test_what_cannot_be_is_said(world, command, capsys, words, said):
    assert command(*words) == 2

    assert said in capsys.readouterr().err
    assert world.rows(t.ack) == []


def test_what_is_ok_needs_no_care(world, command, capsys):
    assert command("www", "--author", "carla") == 2
    assert "there is nothing to acknowledge" in capsys.readouterr().err
    assert world.rows(t.ack) == []
