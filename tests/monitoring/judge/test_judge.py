"""What the judge says is news."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.history import meta
from collective.hoard.monitoring.interfaces import Sample
from monitoring_world import kinds
from monitoring_world import World
import pytest


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "hoard.db")


def test_a_problem_and_its_recovery_are_news(world):
    world.checks("www")
    world.start()
    assert kinds(world.change(www="crit")) == [("problem", "www", "crit")]
    assert world.change(www="crit") == []
    assert kinds(world.change(www="ok")) == [("recovery", "www", "ok")]


def test_an_open_slot_is_no_news(world):
    world.checks("www")
    world.start()
    change = world.changed("www", "crit")
    change = type(change)(1, 1, None, "crit", None, "", "ok", True)
    assert world.judge.on_changes([change], world.now) == []


def test_history_that_heals_is_no_news(world):
    world.checks("www")
    world.start()
    change = world.changed("www", "crit")
    past = type(change)(1, world.now - 900, world.now - 300, "crit", None, "", "ok")
    assert world.judge.on_changes([past], world.now) == []


def test_a_rule_follows_its_members(world):
    world.checks(*"abcde", group="app")
    world.rule("shop", "up(group:app) >= 60 %", collapse="never")
    world.start()
    assert kinds(world.change(a="crit", b="crit")) == [
        ("problem", "a", "crit"),
        ("problem", "b", "crit"),
    ]
    assert ("problem", "rule:shop", "crit") in kinds(world.change(c="crit"))
    world.now += 60
    assert ("recovery", "rule:shop", "ok") in kinds(world.change(c="ok"))
    assert world.log("shop") == [
        (world.now - 60, "crit"),
        (world.now, "ok"),
    ]


def test_a_rule_says_what_is_missing(world):
    world.checks("a", "b", group="app")
    world.rule("shop", "up(group:app) >= 60 %")
    world.start()
    (problem, *_) = world.change(a="crit")
    assert problem.reason == "up(group:app) is 50 % (1 of 2), wanted >= 60 %"


def test_problems_of_members_are_told_with_the_failed_rule(world):
    world.checks("a", "b", "c", group="app")
    world.rule("shop", "up(group:app) >= 60 %")
    world.start()
    assert kinds(world.change(a="crit")) == [("problem", "a", "crit")]
    first, second = world.change(b="crit")
    assert (first.name, first.covers) == ("rule:shop", (world.ids["a"],))
    assert (second.kind, second.into) == ("folded", world.ids["shop"])


def test_children_are_told_with_their_parent(world):
    world.checks("router", "a", "b")
    world.depends("a", "router")
    world.depends("b", "a")
    world.start()
    notices = world.change(a="crit", b="crit", router="crit")
    assert ("problem", "router", "crit") in kinds(notices)
    assert {n.into for n in notices if n.kind == "folded"} == {world.ids["router"]}


def test_a_child_waits_for_its_parent(world):
    world.checks("router", "a")
    world.depends("a", "router")
    world.start()
    assert world.change(a="crit") == []
    world.now += 30
    assert [n.kind for n in world.change(router="crit")] == ["problem"]
    assert "problem" not in [n.kind for n in world.wait(300)]


def test_a_child_alone_is_told_after_a_while(world):
    world.checks("router", "a")
    world.depends("a", "router")
    world.start()
    world.change(a="crit")
    assert kinds(world.wait(120)) == [("problem", "a", "crit")]


def test_what_is_still_down_behind_a_parent_that_is_back_is_told(world):
    world.checks("router", "a", "b")
    world.depends("a", "router")
    world.depends("b", "router")
    world.start()
    world.change(router="crit", a="crit", b="crit")
    world.now += 60
    world.change(router="ok")
    world.now += 10
    world.change(b="ok")
    assert kinds(world.wait(300)) == [("problem", "a", "crit")]


def test_of_redundant_parents_one_suffices(world):
    world.checks("r1", "r2", "a")
    world.depends("a", "r1", "lines")
    world.depends("a", "r2", "lines")
    world.start()
    world.change(r1="crit", a="crit")
    assert kinds(world.wait(120)) == [("problem", "a", "crit")]
    world.change(a="ok")
    world.change(r2="crit")
    assert [n.kind for n in world.change(a="crit")] == ["folded"]


def test_maintenance_is_silent_and_does_not_count(world):
    world.checks("a", "b", group="app")
    world.rule("shop", "up(group:app) >= 100 %")
    span = {"since": world.now, "until": world.now + 600}
    world.write(t.maintenance, title="disks", selector="a", **span)
    world.start()
    assert world.change(a="crit") == []
    assert kinds(world.wait(1200)) == [
        ("problem", "rule:shop", "crit"),
        ("folded", "a", "crit"),
    ]


def test_a_flapping_check_is_said_once(world):
    world.checks("www", slot=60)
    world.start()
    notices = []
    for turn in range(20):
        world.now += 60
        notices += world.change(www=("crit", "ok")[turn % 2])
    assert [n.kind for n in notices].count("flapping") == 1
    assert len(notices) < 9
    assert ("steady", "www", "ok") in kinds(world.wait(3600))


def test_a_restart_says_nothing_again(world):
    world.checks("www", "mail")
    world.start()
    world.change(www="crit")
    world.now += 30
    assert world.start() == []
    assert kinds(world.change(www="ok")) == [("recovery", "www", "ok")]


def test_what_was_not_told_before_a_kill_is_told_after_it(world):
    world.checks("www")
    world.start()
    world.judge.on_changes([world.changed("www", "crit")], world.now)
    assert kinds(world.start()) == [("problem", "www", "crit")]


def test_a_pause_of_the_poller_is_one_notice(world):
    world.checks(*(f"site-{n}" for n in range(50)))
    world.start()
    world.wait(60)
    world.now += 1800
    assert [n.of for n in world.start()] == ["poller"]
    dark = {f"site-{n}": "unknown" for n in range(50)}
    assert world.change(**dark) == []
    world.now += 60
    assert world.change(**dict.fromkeys(dark, "ok")) == []


def test_what_stays_dark_after_a_pause_is_told(world):
    world.checks("a", "b")
    world.start()
    world.wait(60)
    world.now += 1800
    world.start()
    world.change(a="unknown", b="unknown")
    world.now += 60
    world.change(b="ok")
    assert kinds(world.wait(1800)) == [("problem", "a", "unknown")]


def test_what_was_down_before_a_pause_and_is_down_after_it_is_no_news(world):
    world.checks("a")
    world.start()
    world.change(a="crit")
    world.wait(60)
    world.now += 1800
    assert [n.of for n in world.start()] == ["poller"]
    assert world.change(a="unknown") == []
    world.now += 60
    assert world.change(a="crit") == []
    assert world.wait(1800) == []
    assert kinds(world.change(a="ok")) == [("recovery", "a", "ok")]


def test_what_was_down_before_a_pause_and_stays_dark_is_told(world):
    world.checks("a")
    world.start()
    world.change(a="crit")
    world.wait(60)
    world.now += 1800
    world.start()
    world.change(a="unknown")
    assert kinds(world.wait(1800)) == [("problem", "a", "unknown")]


def test_a_rule_is_not_told_of_while_a_pause_still_hides_its_checks(world):
    world.checks("a", "b", "c", group="shop")
    world.rule("half", "up(group:shop) >= 50 %", unknown_members="excluded")
    world.start()
    world.change(a="crit")
    world.wait(60)
    world.now += 1800
    for name in "abc":
        world.changed(name, "unknown")
    world.start()
    notices = world.change(a="crit") + world.wait(120)
    notices += world.change(b="ok", c="ok") + world.wait(1800)
    assert {notice.kind for notice in notices} <= {"folded"}


def test_a_rule_that_is_false_after_a_pause_is_told_when_its_checks_are_known(world):
    world.checks("a", "b", group="shop")
    world.rule("half", "up(group:shop) >= 60 %", unknown_members="excluded")
    world.start()
    world.wait(60)
    world.now += 1800
    for name in "ab":
        world.changed(name, "unknown")
    world.start()
    world.change(a="crit")
    world.wait(60)
    world.change(b="crit")
    told = kinds(world.wait(120))
    assert ("problem", "rule:half", "crit") in told


def test_rules_are_unknown_while_nobody_looked(world):
    world.checks("a")
    world.rule("shop", "a")
    world.start()
    world.wait(60)
    stopped = world.now
    world.now += 1800
    world.start()
    assert world.log("shop")[-2:] == [(stopped, "unknown"), (world.now, "ok")]


def test_a_blind_source_is_one_notice(world):
    world.checks(*(f"site-{n}" for n in range(30)))
    number = world.write(t.source, name="paris", kind="satellite")
    world.start()
    with world.engine.begin() as connection:
        table = t.source
        connection.execute(table.update().values(blind_since=world.now))
    changes = [world.changed(f"site-{n}", "unknown", "blind") for n in range(30)]
    notices = world.judge.on_changes(changes, world.now)
    assert {n.kind for n in notices} == {"folded"}
    world.teller.tell(notices, world.now)
    told = world.wait(60)
    assert [(n.kind, n.of, n.name) for n in told] == [("problem", "source", "paris")]
    with world.engine.begin() as connection:
        connection.execute(t.source.update().values(blind_since=None))
    assert [(n.kind, n.name) for n in world.wait(60)] == [("recovery", "paris")]
    assert number == 1


def test_rules_over_metrics_and_sources(world):
    world.checks("www", "app")
    text = 'rate(errors / requests) < 5 % and sources("www", ok) >= 2'
    world.rule("shop", text, collapse="never")
    world.start()

    def sample(source, errors):
        values = {"errors": (errors, ""), "requests": (100, "")}
        samples = [
            Sample("www", source, world.now, "ok"),
            Sample("app", source, world.now, "ok", values=values),
        ]
        world.judge.on_samples(samples, world.now)
        return kinds(world.judge.on_changes([], world.now))

    sample("paris", 1)
    assert sample("rome", 1)[-1:] == [("recovery", "rule:shop", "ok")]
    assert sample("rome", 90) == [("problem", "rule:shop", "crit")]
    world.now += 400
    assert world.log("shop")[-1][1] == "crit"


def test_a_new_rule_counts_without_a_restart(world):
    world.checks("a", status="crit")
    world.start()
    world.rule("shop", "not a", collapse="never")
    with world.engine.begin() as connection:
        meta.bump_generation(connection)
    world.wait(10)
    assert world.log("shop")[-1][1] == "ok"


def test_rules_that_speak_of_each_other_are_complained_about(world):
    world.checks("a")
    world.rule("x", "rule:y")
    world.rule("y", "rule:x")
    world.rule("z", "a")
    world.start()
    assert "speak of each other" in world.judge.complaints[0]
    assert world.log("z")[-1][1] == "ok"


def test_why_a_rule_is_as_it_is(world):
    world.checks("a", "b", group="app")
    world.rule("shop", "up(group:app) >= 60 % or not a")
    world.start()
    world.change(b="crit")
    assert world.judge.why("shop") == [
        "shop is crit: up(group:app) is 50 % (1 of 2), wanted >= 60 %; and"
        " not (a: 1 of 1 up, wanted all)",
        "  false   any of",
        "    false   up(group:app) is 50 % (1 of 2), wanted >= 60 %",
        "    false   not",
        "      true    a: 1 of 1 up, wanted all",
        "  not well: 1 of 2 members",
        "    crit    b",
    ]


def test_a_check_that_has_no_result_yet_is_no_news(world):
    world.write(t.check, name="new", kind="http")
    assert world.start() == []
    assert world.wait(1200) == []


def test_back_within_a_second_never_was(world):
    world.checks("a")
    world.rule("shop", "a", collapse="never")
    world.start()
    world.now += 60
    world.change(a="crit")
    world.change(a="ok")
    assert world.log("shop") == [(world.now - 60, "ok")]


def test_a_clock_that_is_set_back_loses_no_history(world):
    world.checks("a")
    world.rule("shop", "a", collapse="never")
    world.start()
    world.now += 3600
    world.change(a="crit")
    world.now -= 1800
    world.change(a="ok")
    world.change(a="crit")
    assert [status for _, status in world.log("shop")][-1] == "crit"
    assert len(world.log("shop")) == 2
