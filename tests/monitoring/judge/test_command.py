"""`hoard-poller rules` and `hoard-poller simulate`, as people call them."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.interfaces import MonitoringError
from collective.hoard.monitoring.judge import editing
from collective.hoard.monitoring.telling import entries
from collective.hoard.monitoring.telling.policies import CONTACT_KEYS
from collective.hoard.monitoring.telling.policies import POLICY_KEYS
from monitoring_world import MONDAY
from monitoring_world import World
import copy
import itertools
import json
import pytest
import tomllib


SETTINGS = """
[[group]]
name = "app"
checks = ["a", "b"]

[[group]]
name = "all"
groups = ["app"]

[[rule]]
name = "shop"
expression = "up(group:all) >= 60 %"

[[alarm]]
name = "slow"
check = "a"
metric = "ms"
threshold = 500

[[maintenance]]
title = "disks"
since = 2026-06-01T10:00:00Z
until = "2026-06-01T11:00Z"
selector = "group:app"

[[contact]]
name = "anna"
channel = "mail"
address = "anna@example.org"

[[policy]]
name = "everything"
contacts = ["anna"]
"""


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "hoard.db")
    world.checks("a", "b")
    world.url = str(tmp_path / "hoard.db")
    world.file = tmp_path / "settings.toml"
    world.file.write_text(SETTINGS)
    return world


def test_a_file_is_written_listed_and_evaluated(world, capsys):
    assert main(["rules", "add", "--database", world.url, str(world.file)]) == 0
    assert main(["rules", "list", "--database", world.url]) == 0
    assert main(["rules", "evaluate", "--database", world.url]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Written: 1 alarm, 1 contact, 2 group, 1 maintenance, 1 policy, 1 rule.",
        "shop\tup(group:all) >= 60 %",
        "ok      shop",
    ]
    # The same again changes nothing.
    before = [len(world.rows(x)) for x in (t.rule, t.group, t.maintenance, t.policy)]
    assert main(["rules", "add", "--database", world.url, str(world.file)]) == 0
    after = [len(world.rows(x)) for x in (t.rule, t.group, t.maintenance, t.policy)]
    assert after == before


def test_maintenance_counts_in_availability(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    capsys.readouterr()
    options = [
        "--check",
        "a",
        "--from",
        "2026-06-01T09:00Z",
        "--to",
        "2026-06-01T12:00Z",
    ]
    assert main(["availability", "--database", world.url, *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["maintenance"] == 3600


def test_a_rule_has_availability_and_history(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    world.start()
    rule = ["--check", "rule:shop", "--database", world.url, "--json"]
    world.now += 600
    world.change(a="crit", b="crit")
    world.now += 120
    world.change(a="ok", b="ok")
    capsys.readouterr()

    period = ["--from", "2026-06-01T08:00Z", "--to", "2026-06-01T08:20Z"]
    assert main(["availability", *rule, *period]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["up"], found["down"], found["unknown"]) == (1080, 120, 0)
    assert found["of_period"] == 0.9

    assert main(["history", *rule]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["since"] - MONDAY, row["status"]) for row in rows] == [
        (0, "ok"),
        (600, "crit"),
        (720, "ok"),
    ]


def test_the_past_of_a_rule_is_worked_out(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    capsys.readouterr()

    past = ["rules", "past", "--database", world.url]
    assert main([*past, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["shop"]["since"] == MONDAY - 3600
    assert main(past) == 0
    assert capsys.readouterr().out == "There is no time to fill: all is recorded.\n"
    assert main([*past, "nothing"]) == 2
    assert "There is no rule 'nothing'" in capsys.readouterr().err


def test_a_rule_is_explained(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    world.start()
    world.change(a="crit")
    capsys.readouterr()
    assert main(["rules", "explain", "--database", world.url, "shop"]) == 0
    assert "    crit    a" in capsys.readouterr().out
    assert main(["rules", "evaluate", "--database", world.url]) == 1


@pytest.mark.parametrize(
    "text,words",
    [
        ('[[rule]]\nname = "x"\nexpression = "up(a >= 1"', "line 1, column 6"),
        ('[[rule]]\nname = "x"', "needs 'expression'"),
        ('[[rule]]\nname = "x"\nexpression = "rule:x"', "speak of each other"),
        ('[[rule]]\nname = "x"\nexpression = "a"\ncolour = 1', "'colour' is unknown"),
        ('[[rules]]\nname = "x"', "'rules' is unknown"),
        ('[[dependency]]\ncheck = "a"\non = "a"', "go in a circle"),
        ('[[group]]\nname = "g"\nchecks = ["nix"]', "no check 'nix'"),
        ('[[policy]]\nname = "p"\ncontacts = ["bob"]', "no contact 'bob'"),
        ("[[rule", "is no TOML"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(world, capsys, text, words):
    world.file.write_text(SETTINGS + text)
    assert main(["rules", "add", "--database", world.url, str(world.file)]) == 2
    assert words in capsys.readouterr().err
    assert world.rows(t.rule) == world.rows(t.contact) == []


def test_expressions_are_checked(capsys):
    assert main(["rules", "check", "--expression", "up(a) >= 80 %"]) == 0
    assert main(["rules", "check", "--expression", "up(a) >="]) == 1
    assert "line 1, column 9" in capsys.readouterr().err


def test_a_removed_rule_keeps_its_history(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    world.start()
    assert main(["rules", "remove", "--database", world.url, "shop"]) == 0
    assert main(["rules", "remove", "--database", world.url, "shop"]) == 2
    (row,) = [r for r in world.rows(t.check) if r.name == "rule:shop"]
    world.ids["shop"] = row.id
    assert [status for _, status in world.log("shop")] == ["ok", "unmonitored"]


def test_a_day_is_replayed_and_nothing_is_sent(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    world.start()
    for turn in range(6):
        world.now += 120
        world.change(a=("crit", "ok")[turn % 2])
    told = len(world.rows(t.notification))
    capsys.readouterr()
    period = ["--from", str(MONDAY), "--to", str(MONDAY + 7200)]
    command = ["simulate", "--database", world.url, *period]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("anna (mail): ")
    assert "CRIT rule:shop (and 1 below it)" in out
    assert main([*command, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {one["contact"] for one in data} == {"anna"}
    assert len(world.rows(t.notification)) == told
    assert world.recorder.letters == []


def test_another_policy_is_tried(world, capsys, tmp_path):
    world.start()
    world.now += 120
    world.change(a="crit")
    policy = tmp_path / "policy.json"
    policy.write_text(
        json.dumps(
            {
                "contact": [{"name": "bob", "channel": "mqtt", "address": "hoard"}],
                "policy": [{"name": "p", "contacts": ["bob"]}],
            }
        )
    )
    period = ["--from", str(MONDAY), "--to", str(MONDAY + 7200)]
    command = ["simulate", "--database", world.url, *period, "--policy", str(policy)]
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines() == [
        "bob (mqtt): 1 messages",
        "  2026-06-01 08:02:00  CRIT a",
    ]
    assert world.rows(t.contact) == []


def test_what_is_exported_can_be_added_again(world, capsys, tmp_path):
    main(["rules", "add", "--database", world.url, str(world.file)])
    capsys.readouterr()
    assert main(["rules", "export", "--database", world.url]) == 0
    text = capsys.readouterr().out
    found = tomllib.loads(text)
    assert found["rule"] == [
        {"name": "shop", "expression": "up(group:all) >= 60 %"},
    ]
    assert [group["name"] for group in found["group"]] == ["all", "app"]
    assert found["policy"] == [{"name": "everything", "contacts": ["anna"]}]

    world.file.write_text(text)
    assert main(["rules", "add", "--database", world.url, str(world.file)]) == 0
    capsys.readouterr()
    main(["rules", "export", "--database", world.url])
    assert capsys.readouterr().out == text


def test_contacts_and_policies_are_removed_in_their_order(world, capsys):
    main(["rules", "add", "--database", world.url, str(world.file)])
    remove = ["rules", "remove", "--database", world.url]
    assert main([*remove, "anna", "--contact"]) == 2
    assert "'everything' names 'anna'" in capsys.readouterr().err
    assert main([*remove, "everything", "--policy"]) == 0
    assert main([*remove, "anna", "--contact"]) == 0
    assert main([*remove, "slow", "--alarm"]) == 0
    assert main([*remove, "anna", "--contact"]) == 2
    assert "no contact 'anna'" in capsys.readouterr().err
    main(["rules", "export", "--database", world.url, "--json"])
    left = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert sorted(left) == ["group", "rule"]


GOOD = tomllib.loads(SETTINGS)
STRANGE = ("", "x\0", "x" * 20_000, 7, -1, float("nan"), float("inf"), True, [], [1])
STRANGE += ({}, {"a": 1}, [[]], [{"a": 1}], 10**30)
KEYS = {**editing.KEYS, "contact": CONTACT_KEYS, "policy": POLICY_KEYS}


@pytest.mark.parametrize("kind", KEYS)
def test_no_value_breaks_anything(world, kind):
    """Each is taken, or refused with words."""
    engine = open_engine(world.url)
    known = {**GOOD, "dependency": [{"check": "a", "on": ["b"]}]}
    for key, value in itertools.product(sorted(KEYS[kind]), STRANGE):
        data = {**known, kind: [{**known[kind][0], key: value}]}
        try:
            with engine.connect() as connection:
                entries.write(connection, copy.deepcopy(data), MONDAY)
                entries.as_toml(entries.stored(connection))
        except MonitoringError as error:
            assert str(error)


REFUSED = [
    ("[[rule]]\nname = 'x'\nexpression = 'up('", "rule 'x', expression: "),
    (
        "[[rule]]\nname = 'x'\nexpression = 'up(*) > 1'\nwarning = 'up('",
        "rule 'x', warning: ",
    ),
    ("[[rule]]\nname = 'x'\nexpression = 'up(*) >= 180 %'", "at most 100 %"),
    ("[[rule]]\nname = 'x'\nexpression = 'up(*) > 1'\nseverity = 'bad'", "severity"),
    ("[[rule]]\nname = 'x'\nexpression = 'up(*) > 1'\nsverity = 'crit'", "sverity"),
    ("[[rule]]\nexpression = 'up(*) > 1'", "needs 'name'"),
    ("[rule]\nname = 'x'", "two brackets"),
    ("[[rlue]]\nname = 'x'", "'rlue' is unknown"),
    ("[[alarm]]\nname = 'x'\ncheck = 'a'\nmetric = 'ms'", "needs 'threshold'"),
    (
        "[[alarm]]\nname = 'x'\ncheck = 'a'\nmetric = 'ms'\nthreshold = 5\n"
        "comparison = '!'",
        "comparison",
    ),
    ("[[group]]\nname = 'g'\ngroups = ['g']", "g"),
    ("[[contact]]\nname = 'x'\nchannel = 'mail'\naddress = 'nope'", "no mail address"),
    ("[[contact]]\nname = 'x'\nchannel = 'fax'\naddress = '1'", "channel is one of"),
    ("[[policy]]\nname = 'x'\ncontacts = []", "names no contacts"),
    ("[[maintenance]]\ntitle = 'x'\nsince = 'soon'\nuntil = 5", "not a time"),
]


@pytest.mark.parametrize("text, words", REFUSED)
@pytest.mark.parametrize("database", [False, True])
def test_check_refuses_what_add_refuses(world, capsys, text, words, database):
    world.file.write_text(text)
    known = ["--database", world.url]
    assert main(["rules", "add", *known, str(world.file)]) == 2
    assert words in capsys.readouterr().err
    assert main(["rules", "check", str(world.file), *(known if database else ())]) == 1
    assert words in capsys.readouterr().err


NIGHT = """
[[maintenance]]
title = "night"
since = 2026-06-01T00:00:00Z
until = 2026-06-01T02:00:00Z
selector = "{selector}"
{more}
"""
DAILY = "recurrence = 'FREQ=DAILY'"


@pytest.mark.parametrize(
    "selector", ["group:wbe", "nobody.example.org", "a and rule:nix"]
)
def test_maintenance_of_what_there_is_not_is_refused(world, capsys, selector):
    world.file.write_text(NIGHT.format(selector=selector, more=DAILY))
    known = ["--database", world.url]
    assert main(["rules", "add", *known, str(world.file)]) == 2
    wrong = selector.split(" and ")[-1]
    words = f"Maintenance 'night': there is no check or group like this: {wrong}."
    assert words in capsys.readouterr().err
    assert main(["rules", "check", *known, str(world.file)]) == 1
    assert words in capsys.readouterr().err
    # Without the database nobody knows.
    assert main(["rules", "check", str(world.file)]) == 0
    assert world.rows(t.maintenance) == []


@pytest.mark.parametrize(
    "selector", ["group:app", "a or rule:shop", "*.example.org", "tag:later"]
)
def test_maintenance_of_what_the_file_makes_or_may_come(world, selector):
    world.file.write_text(SETTINGS + NIGHT.format(selector=selector, more=DAILY))
    assert main(["rules", "add", "--database", world.url, str(world.file)]) == 0


def test_maintenance_that_is_over_names_what_is_gone(world):
    world.file.write_text(NIGHT.format(selector="nobody.example.org", more=""))
    assert main(["rules", "add", "--database", world.url, str(world.file)]) == 0


@pytest.mark.parametrize("database", [False, True])
def test_check_writes_nothing(world, capsys, database):
    known = ["--database", world.url] if database else []
    assert main(["rules", "check", str(world.file), *known]) == 0
    assert capsys.readouterr().out == "No mistakes found.\n"
    assert [world.rows(x) for x in (t.rule, t.group, t.contact)] == [[], [], []]


def test_check_with_a_database_misses_what_is_not_there(world, capsys):
    world.file.write_text("[[group]]\nname = 'g'\nchecks = ['c']")
    assert main(["rules", "check", str(world.file)]) == 0
    assert main(["rules", "check", str(world.file), "--database", world.url]) == 1
    assert "'c'" in capsys.readouterr().err


def test_half_a_character_in_a_file_is_refused(world, capsys, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"group": [{"name": "\\ud800"}]}')
    assert main(["rules", "add", "--database", world.url, str(file)]) == 2
    assert "must be a text" in capsys.readouterr().err
