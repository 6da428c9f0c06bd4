"""What is sent is what the readers of each format understand."""

from .conftest import HOSTILE
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.reading import reading
from collective.hoard.monitoring.outs.facts import read_facts
from collective.hoard.monitoring.outs.lamp import COLOURS
from collective.hoard.monitoring.outs.lamp import lamp
from collective.hoard.monitoring.outs.lamp import strip
from collective.hoard.monitoring.outs.munin import field_name
from collective.hoard.monitoring.outs.munin import Node
from collective.hoard.monitoring.outs.openmetrics import openmetrics
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families
import json
import pytest
import re


@pytest.fixture
def facts(database, now):
    engine = open_engine(database, read_only=True)
    with reading(engine) as connection:
        found = read_facts(connection, now)
    engine.dispose()
    return found


@pytest.fixture
def families(facts):
    """As the parser of the Prometheus project reads them."""
    text = "".join(openmetrics(facts))
    return {one.name: one for one in text_string_to_metric_families(text)}


def values(family):
    return {tuple(s.labels.values()): s.value for s in family.samples}


def test_counts(families):
    assert values(families["hoard_checks"]) == {
        ("ok",): 2,
        ("warn",): 1,
        ("crit",): 1,
        ("unknown",): 0,
        ("unmonitored",): 0,
    }


def test_each_check_is_in_one_of_five_states(families):
    states = families["hoard_check_status"]
    assert states.type == "stateset"
    on = {labels for labels, value in values(states).items() if value}
    assert on == {
        ("web", "ok"),
        ("mail", "crit"),
        ("cellar", "warn"),
        (HOSTILE, "ok"),
    }


def test_numbers_keep_their_names_and_units(families):
    assert values(families["hoard_check_duration_seconds"]) == {("web",): 0.1235}
    assert values(families["hoard_metric"]) == {
        ("cellar", "temp", "C"): 7.5,
        (HOSTILE, 'n"\n', 'x"'): 1.0,
    }


def test_the_text_ends_as_the_format_wants(facts):
    assert list(openmetrics(facts))[-1] == "# EOF\n"


def test_a_lamp_shows_the_worst(facts):
    told = json.loads(lamp(facts, leds=10))

    assert lamp(facts).count("\n") == 1
    assert told["status"] == "crit"
    assert told["rgb"] == list(COLOURS["crit"])
    assert len(told["strip"]) == 10


@given(
    st.fixed_dictionaries({name: st.integers(0, 5000) for name in COLOURS}),
    st.integers(1, 60),
)
def test_a_strip_is_full_and_shows_each_status_there_is_room_for(counts, leds):
    found = strip(counts, leds)

    there = [name for name in COLOURS if counts[name]]
    assert len(found) == leds
    assert len(set(found)) == max(min(len(there), leds), 1)


@pytest.fixture
def node(facts):
    return Node(lambda: facts, "here")


def test_munin_is_told_the_graphs(node):
    assert node.greeting() == "# munin node at here\n"
    assert node.answer("cap multigraph dirtyconfig\n") == "cap multigraph\n"
    assert node.answer("nodes\n") == "here\n.\n"
    assert node.answer("list here\n").split()[0] == "hoard_checks"
    assert node.answer("list elsewhere\n") == "\n"
    assert node.answer("fetch nothing\n") == "# Unknown service\n.\n"
    assert node.answer("\n").startswith("# Unknown command")
    assert node.answer("quit\n") is None


def test_each_field_of_a_graph_has_a_value(node):
    for graph in node.answer("list\n").split():
        config, values = (node.answer(f"{c} {graph}\n") for c in ("config", "fetch"))
        places = [set(), set()]
        for lines, found, ending in (
            (config, places[0], "label"),
            (values, places[1], "value"),
        ):
            place = ""
            for line in lines.splitlines():
                if line.startswith("multigraph "):
                    place = line
                elif match := re.match(rf"([A-Za-z_]\w*)\.{ending} ", line):
                    found.add((place, match[1]))
        assert places[0] == places[1] != set()
        assert config.endswith("\n.\n") and config.count("\n.\n") == 1


def test_numbers_arrive_at_munin(node):
    assert "crit.value 1\n" in node.answer("fetch hoard_checks\n")
    assert "web.value 0.1235\n" in node.answer("fetch hoard_duration\n")
    assert "value 7.5\n" in node.answer("fetch hoard_values\n")


@given(st.text(max_size=60), st.text(max_size=60))
def test_field_names_are_munins_and_differ(one, other):
    assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", field_name(one))
    if one != other:
        assert field_name(one) != field_name(other)
