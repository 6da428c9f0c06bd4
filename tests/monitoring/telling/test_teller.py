"""Who is told what and when, through the database."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.telling import incidents
from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.interfaces import Refused
from collective.hoard.monitoring.telling.interfaces import TargetDown
from monitoring_world import tj
from monitoring_world import World
import pytest


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "hoard.db")
    world.checks("www", "mail", "shop", "wiki", "git", "ftp")
    world.roster()
    world.start()
    return world


def subjects(world, name="anna"):
    return [letter.subject for letter in world.recorder.to(name)]


def test_a_problem_and_its_recovery_are_told(world):
    world.change(www="crit")
    world.flush()
    world.now += 1260
    world.change(www="ok")
    world.flush()
    assert subjects(world) == ["CRIT www", "RECOVERED www"]
    assert "recovered after 21 min" in world.recorder.to("anna")[1].text


def test_what_comes_together_is_one_message(world):
    world.change(www="crit", mail="warn", shop="crit")
    world.flush()
    assert subjects(world) == ["CRIT shop and 2 more: 2 crit, 1 warn"]


def test_after_three_messages_comes_a_digest(world):
    for name in ("www", "mail", "shop", "wiki", "git"):
        world.now += 1
        world.change(**{name: "crit"})
        world.flush()
    assert len(subjects(world)) == 3
    world.wait(310)
    assert subjects(world)[3:] == ["CRIT wiki and 1 more: 2 crit"]


def test_a_recovery_cancels_the_queued_problem(world):
    for name in ("www", "mail", "shop", "wiki"):
        world.now += 1
        world.change(**{name: "crit"})
    world.change(wiki="ok")
    world.wait(3600)
    assert not [s for s in subjects(world) if "wiki" in s]


def test_the_recovery_of_what_was_told_is_queued_like_a_problem(world):
    for name in ("www", "mail", "shop"):
        world.now += 1
        world.change(**{name: "crit"})
        world.flush()
    world.change(www="ok")
    world.flush()
    assert len(subjects(world)) == 3
    world.wait(600)
    assert subjects(world)[3:] == ["RECOVERED www"]


def test_who_was_not_told_of_the_problem_is_not_told_of_its_end(world):
    world.roster({"name": "all", "contacts": ["anna"], "severity": "crit"})
    world.change(www="warn")
    world.change(www="ok")
    world.flush()
    assert subjects(world) == []


def test_2800_at_once_are_few_messages_and_none_is_lost(tmp_path):
    world = World(tmp_path / "storm.db")
    names = [f"site-{n}" for n in range(2800)]
    world.checks(*names)
    world.roster(contacts=("anna", "bob"))
    world.start()
    for start in range(0, 2800, 280):
        # A sweep of five minutes.
        world.change(**dict.fromkeys(names[start : start + 280], "crit"))
        world.wait(30, step=10)
    world.wait(300, step=10)
    for person in ("anna", "bob"):
        letters = world.recorder.to(person)
        assert len(letters) <= 4
        world_told = [line.name for letter in letters for line in letter.lines]
        assert len(world_told) == len(set(world_told))
    world.wait(3600)
    for person in ("anna", "bob"):
        letters = world.recorder.to(person)
        told = [line.name for letter in letters for line in letter.lines]
        assert sorted(told) == sorted(names)
        assert all(letter.text.count("\n") < 80 for letter in letters)


def test_a_digest_lists_the_worst_and_counts_the_rest(world):
    world.checks(*(f"w{n}" for n in range(40)), group="web")
    world.start()
    world.change(**{f"w{n}": "warn" for n in range(40)}, www="crit")
    world.flush()
    (letter,) = world.recorder.to("anna")
    assert letter.subject == "CRIT www and 40 more: 1 crit, 40 warn"
    assert letter.shown == 20 and len(letter.lines) == 41
    assert "And 21 more: 21 warn." in letter.text and "  web: 21" in letter.text


def test_problems_told_with_another_are_counted_there(world):
    for child in ("mail", "shop"):
        world.depends(child, "www")
    world.start()
    world.change(www="crit", mail="crit", shop="crit")
    world.wait(300)
    (letter,) = world.recorder.to("anna")
    assert letter.subject == "CRIT www (and 2 below it)"


def test_what_waits_is_folded_into_the_problem_that_explains_it(world):
    world.depends("ftp", "git")
    world.start()
    for name in ("www", "mail", "shop"):
        world.now += 1
        world.change(**{name: "crit"})
        world.flush()
    world.change(ftp="crit")
    world.wait(90, step=30)
    world.change(git="crit")
    world.wait(600)
    (letter,) = world.recorder.to("anna")[3:]
    assert [(line.name, line.below) for line in letter.lines] == [("git", 1)]


def test_a_rule_may_pass_the_bucket(world):
    world.rule("all", "up(*) >= 70 %", exempt=True, collapse="never")
    world.start()
    for name in ("www", "mail", "shop", "wiki"):
        world.now += 1
        world.change(**{name: "crit"})
        world.flush()
    assert [s for s in subjects(world) if "rule:all" in s]


def test_quiet_hours_hold_back_until_the_morning(tmp_path):
    world = World(tmp_path / "quiet.db")
    quiet = [{"from": "22:00", "to": "07:00"}]
    world.checks("www", "mail")
    # Monday 08:00 UTC is 18:00 there.
    world.roster(zone="Australia/Sydney", quiet=quiet, settings={"through": ["crit"]})
    world.now += 5 * 3600
    world.start()
    world.change(www="warn")
    world.wait(7 * 3600, step=600)
    assert subjects(world) == []
    world.change(mail="crit")
    world.flush()
    assert subjects(world) == ["CRIT mail and 1 more: 1 crit, 1 warn"]


def test_quiet_hours_end(tmp_path):
    world = World(tmp_path / "quiet.db")
    world.checks("www")
    world.roster(quiet=[{"from": "07:00", "to": "09:00"}])
    world.start()
    world.change(www="crit")
    world.wait(3540)
    assert subjects(world) == []
    world.wait(120)
    assert subjects(world) == ["CRIT www"]


def test_hours_of_duty(world):
    hours = [{"days": "mon-fri", "from": "09:00", "to": "17:00"}]
    world.roster(
        {"name": "duty", "contacts": ["anna"], "hours": hours},
        {"name": "now", "contacts": ["bob"], "hours": hours, "outside": "skip"},
        contacts=("anna", "bob"),
    )
    world.change(www="crit")
    world.wait(3000)
    assert world.recorder.letters == []
    world.wait(900)
    assert subjects(world) == ["CRIT www"]
    assert subjects(world, "bob") == []


@pytest.fixture
def escalating(world):
    world.roster(
        {
            "name": "all",
            "contacts": ["anna"],
            "steps": [{"after": 15, "contacts": ["bob"]}],
            "repeat": 60,
        },
        contacts=("anna", "bob"),
    )
    return world


def test_nobody_acknowledges_so_the_next_is_told(escalating):
    escalating.change(www="crit")
    escalating.wait(840)
    assert subjects(escalating, "bob") == []
    escalating.wait(120)
    assert subjects(escalating, "bob") == ["CRIT www"]
    assert "nobody has acknowledged" in escalating.recorder.to("bob")[0].text
    escalating.wait(3600)
    assert subjects(escalating, "bob") == ["CRIT www"] * 2


def test_a_problem_that_goes_to_and_fro_reaches_the_next_step_in_time(escalating):
    for status in ("warn", "crit", "warn", "crit"):
        escalating.change(www=status)
        escalating.wait(210)
    assert subjects(escalating, "bob") == []
    escalating.wait(120)
    assert subjects(escalating, "bob") == ["CRIT www"]


def test_a_step_that_waits_in_a_queue_survives_a_change(escalating):
    for name in ("www", "mail", "shop", "wiki"):
        escalating.change(**{name: "crit"})
        escalating.wait(60)
    escalating.wait(900)
    assert subjects(escalating, "bob") == ["CRIT www", "CRIT mail", "CRIT shop"]
    escalating.change(wiki="warn")
    escalating.wait(900)
    assert subjects(escalating, "bob")[3:] == ["WARN wiki"]
    assert "nobody has acknowledged" in escalating.recorder.to("bob")[3].text


def test_what_is_no_longer_bad_enough_for_a_policy_takes_no_further_step(world):
    world.roster(
        {
            "name": "all",
            "severity": "crit",
            "contacts": ["anna"],
            "steps": [{"after": 15, "contacts": ["bob"]}],
            "repeat": 60,
        },
        contacts=("anna", "bob"),
    )
    world.change(www="crit")
    world.wait(60)
    world.change(www="warn")
    world.wait(7200)
    assert subjects(world) == ["CRIT www", "WARN www"]
    assert subjects(world, "bob") == []
    world.change(www="crit")
    world.wait(960)
    assert subjects(world, "bob") == ["CRIT www"]


def test_steps_count_from_when_a_policy_was_first_concerned(world):
    world.roster(
        {
            "name": "all",
            "severity": "crit",
            "contacts": ["anna"],
            "steps": [
                {"after": 15, "contacts": ["bob"]},
                {"after": 60, "contacts": ["eve"]},
            ],
        },
        contacts=("anna", "bob", "eve"),
    )
    world.change(www="warn")
    world.wait(7200)
    world.change(www="crit")
    world.wait(1800)
    assert subjects(world, "bob") == ["CRIT www"]
    assert subjects(world, "eve") == []
    world.wait(1860)
    assert subjects(world, "eve") == ["CRIT www"]


def test_an_acknowledgement_stops_the_escalation_until_it_expires(escalating):
    escalating.change(www="crit")
    escalating.wait(300)
    now = escalating.now
    with escalating.engine.begin() as connection:
        number = escalating.ids["www"]
        incidents.acknowledge(connection, number, "anna", "mine", now, now + 7200)
    escalating.wait(7000)
    assert subjects(escalating, "bob") == []
    escalating.wait(600)
    assert subjects(escalating, "bob") == ["CRIT www"]


def test_a_recovery_ends_acknowledgement_and_escalation(escalating):
    escalating.change(www="crit")
    escalating.wait(60)
    with escalating.engine.begin() as connection:
        incidents.acknowledge(connection, 1, "anna", "mine", escalating.now)
    escalating.change(www="ok")
    escalating.wait(7200)
    assert subjects(escalating, "bob") == []
    assert escalating.rows(t.ack)[0].ended is not None
    assert escalating.rows(tj.escalation) == []


def test_incidents_begin_and_end_with_the_problem(world):
    world.change(www="crit")
    began = world.now
    world.wait(600)
    world.change(www="ok")
    (row,) = world.rows(t.incident)
    assert (row.title, row.since, row.until) == ("www", began, world.now)


def test_a_target_that_is_down_is_tried_again_more_and_more_seldom(world):
    world.recorder.error = TargetDown("refused")
    world.change(www="crit")
    world.wait(100, step=5)
    (message,) = world.rows(tj.message)
    assert (message.attempts, message.error) == (3, "refused")
    world.change(mail="crit")
    world.recorder.error = None
    world.wait(300, step=5)
    assert subjects(world) == ["CRIT www and 1 more: 2 crit"]


def test_what_recovers_while_the_target_is_down_is_not_told(world):
    world.recorder.error = TargetDown("refused")
    world.change(www="crit")
    world.flush()
    world.change(www="ok")
    world.recorder.error = None
    world.wait(3600)
    assert world.recorder.letters == []


def test_a_letter_that_is_refused_is_put_aside(world):
    world.recorder.error = Refused("no such mailbox")
    world.change(www="crit")
    world.flush()
    world.recorder.error = None
    world.wait(3600)
    assert world.recorder.letters == []
    (message,) = world.rows(tj.message)
    assert (message.state, message.error) == ("failed", "no such mailbox")


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after_sending", [False, True])
def test_a_kill_while_sending_loses_nothing(world, after_sending):
    send = world.recorder.send

    def killed(contact, letter):
        if after_sending:
            send(contact, letter)
        raise Killed

    world.change(www="crit")
    world.recorder.send = killed
    with pytest.raises(Killed):
        world.flush()
    world.recorder.send = send
    world.teller = Teller(world.engine, world.teller.delivery.channels)
    world.flush()
    letters = world.recorder.to("anna")
    # Who got it twice can tell by its number.
    assert len(letters) == 1 + after_sending
    assert len({letter.uuid for letter in letters}) == 1


def test_a_kill_before_sending_sends_once(world):
    world.change(www="crit")
    world.teller = Teller(world.engine, world.teller.delivery.channels)
    world.start()
    world.flush()
    world.flush()
    assert subjects(world) == ["CRIT www"]


def test_the_queue_survives_a_restart(world):
    for name in ("www", "mail", "shop", "wiki", "git"):
        world.now += 1
        world.change(**{name: "crit"})
        world.flush()
    world.teller = Teller(world.engine, world.teller.delivery.channels)
    world.start()
    world.wait(310)
    assert subjects(world)[3:] == ["CRIT wiki and 1 more: 2 crit"]


def test_a_restart_of_the_poller_is_one_message(world):
    world.wait(60)
    world.now += 1800
    world.start()
    world.change(**dict.fromkeys(("www", "mail", "shop"), "unknown"))
    world.now += 60
    world.change(**dict.fromkeys(("www", "mail", "shop"), "ok"))
    world.wait(3600)
    assert subjects(world) == [
        "NOTICE The poller is back: It did not run for 30 min: "
        "what happened meanwhile is unknown."
    ]


def test_hostile_text_is_escaped(world):
    world.checks("<script>alert(1)</script>")
    world.start()
    name = "<script>alert(1)</script>"
    change = world.changed(name, "crit", "<img src=x>\r\nBcc: all@example.org")
    world.teller.tell(world.judge.on_changes([change], world.now), world.now)
    world.flush()
    (letter,) = world.recorder.to("anna")
    assert "<script" not in letter.html and "<img" not in letter.html
    assert "\n" not in letter.subject and "\r" not in letter.subject


def test_a_policy_that_cannot_be_used_is_complained_about(world):
    world.write(t.policy, name="bad", selector="group:", severity=1, settings={})
    world.now += 60
    world.change(www="crit")
    world.flush()
    assert subjects(world) == ["CRIT www"]
    assert "group:" in world.teller.complaints[0]
