"""What rules were before they were added."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.history import meta
from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.intervals import timeline
from collective.hoard.monitoring.interfaces import STATUSES
from collective.hoard.monitoring.interfaces import UnknownCheck
from collective.hoard.monitoring.judge.past import work_out
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from monitoring_world import MONDAY
from monitoring_world import World
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from tempfile import TemporaryDirectory
import pytest


#: The longest history of these tests, in seconds.
LONG = 600
NAMES = ("one", "two", "three")
HALF = "up(group:shop) >= 50 %"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "monitoring.db")


def recorded(world, name, *changes):
    """A check of the group with a history: (seconds after Monday, status)."""
    number = world.write(t.check, name=name, kind="passive")
    world.ids[name] = number
    world.write(t.regime, check_id=number, since=0, slot=60, fresh=120)
    ends = [at for at, _ in changes[1:]] + [None]
    for (since, status), until in zip(changes, ends, strict=True):
        world.write(
            t.interval,
            check_id=number,
            since=MONDAY + since,
            until=until and MONDAY + until,
            status=STATUSES.index(status),
        )
    with world.engine.begin() as connection:
        group = world.group(connection, "shop")
        row = {"check_id": number, "group_id": group}
        connection.execute(insert(t.group_member).values(row))


def worked_out(world, now=LONG, **options):
    with world.engine.begin() as connection:
        return work_out(connection, MONDAY + now, **options)


def log_of(world, name):
    """[(seconds after Monday, until, status)]"""
    c = t.interval.c
    query = select(c.since, c.until, c.status).where(c.check_id == world.ids[name])
    with world.engine.begin() as connection:
        rows = connection.execute(query.order_by(c.since)).all()
    return [
        (since - MONDAY, until and until - MONDAY, STATUSES[status])
        for since, until, status in rows
    ]


def test_a_rule_is_what_its_checks_were(world):
    recorded(world, "one", (0, "ok"), (100, "crit"), (300, "ok"))
    recorded(world, "two", (0, "ok"), (200, "crit"), (250, "ok"))
    world.rule("half", HALF)

    past = worked_out(world)

    assert log_of(world, "half") == [
        (0, 200, "ok"),
        (200, 250, "crit"),
        (250, None, "ok"),
    ]
    assert past.filled == {"half": (MONDAY, MONDAY + LONG, 3)}
    assert past.complaints == []


def test_a_verdict_that_expired_counts_no_longer(world):
    recorded(world, "one", (0, "ok"))
    expires(world, "one", 200)
    world.rule("half", HALF)

    worked_out(world)

    assert log_of(world, "half") == [(0, 200, "ok"), (200, None, "crit")]


def test_nor_does_one_that_expired_before_the_time_asked_for(world):
    recorded(world, "one", (0, "ok"))
    expires(world, "one", 200)
    world.rule("half", HALF)

    worked_out(world, since=MONDAY + 300)

    assert log_of(world, "half") == [(300, None, "crit")]


def test_open_slots_count_as_they_stand(world):
    recorded(world, "one", (0, "ok"))
    expires(world, "one", 500)
    slot = {
        "since": MONDAY + 420,
        "until": MONDAY + 540,
        "status": STATUSES.index("crit"),
    }
    world.write(t.pending, check_id=world.ids["one"], **slot)
    world.rule("half", HALF)

    worked_out(world)

    assert log_of(world, "half") == [(0, 420, "ok"), (420, None, "crit")]


@pytest.mark.services
def test_on_postgresql(postgresql):
    world = World(postgresql.create_database())
    recorded(world, "one", (0, "ok"), (100, "crit"), (300, "ok"))
    expires(world, "one", 500)
    world.rule("half", HALF)

    worked_out(world)

    assert log_of(world, "half") == [
        (0, 100, "ok"),
        (100, 300, "crit"),
        (300, 500, "ok"),
        (500, None, "crit"),
    ]
    assert up(world, "half", 2 * LONG) == 100 + 200
    world.engine.dispose()


def test_nobody_knows_what_a_rule_is_after_it_was_worked_out(world):
    recorded(world, "one", (0, "ok"))
    world.rule("half", HALF)
    worked_out(world)

    assert read(world, "half", 2 * LONG) == [(0, LONG, "ok"), (LONG, None, "unknown")]
    assert up(world, "half", 2 * LONG) == LONG


def test_a_rule_is_known_as_long_as_it_is_judged(world):
    recorded(world, "one", (0, "ok"))
    world.rule("half", HALF)
    worked_out(world)
    with world.engine.begin() as connection:
        meta.put(connection, meta.TICK, MONDAY + 2 * LONG)

    end = 2 * LONG + meta.GAP
    assert read(world, "half", end - 1) == [(0, None, "ok")]
    assert read(world, "half", end) == [(0, end, "ok"), (end, None, "unknown")]
    assert up(world, "half", 3 * LONG) == end
    with world.engine.begin() as connection:
        rows = timeline(connection, world.ids["half"], MONDAY, MONDAY + 3 * LONG)
    assert [(row.until - MONDAY, row.status) for row in rows] == [
        (end, STATUSES.index("ok")),
        (3 * LONG, STATUSES.index("unknown")),
    ]


def read(world, name, now):
    with world.engine.begin() as connection:
        rows = intervals(connection, world.ids[name], MONDAY + now)
    return [
        (row.since - MONDAY, row.until and row.until - MONDAY, row.status)
        for row in rows
    ]


def up(world, name, end):
    number = world.ids[name]
    with world.engine.begin() as connection:
        return availability(connection, MONDAY, MONDAY + end, [number])[number].up


def expires(world, name, seconds):
    """Nobody wrote any more: the last verdict holds for so long."""
    mine = t.interval.c.check_id == world.ids[name]
    with world.engine.begin() as connection:
        change = update(t.interval).where(mine, t.interval.c.until.is_(None))
        connection.execute(change.values(expires=MONDAY + seconds))


def test_what_is_recorded_stays(world):
    recorded(world, "one", (0, "ok"), (100, "crit"), (300, "ok"))
    world.rule("half", HALF)
    own = {"check_id": world.ids["half"], "since": MONDAY + 200}
    world.write(t.interval, **own, until=MONDAY + 250, status=STATUSES.index("warn"))
    own["since"] += 50
    world.write(t.interval, **own, status=STATUSES.index("ok"))

    worked_out(world)

    assert log_of(world, "half") == [
        (0, 100, "ok"), (100, 200, "crit"), (200, 250, "warn"), (250, None, "ok"),
    ]  # fmt: skip


def test_a_record_that_begins_as_the_past_ends_is_one_interval(world):
    recorded(world, "one", (0, "ok"), (100, "crit"))
    world.rule("half", HALF)
    row = {"check_id": world.ids["half"], "since": MONDAY + 200}
    world.write(t.interval, **row, status=STATUSES.index("crit"))

    worked_out(world)
    worked_out(world)

    assert log_of(world, "half") == [(0, 100, "ok"), (100, None, "crit")]


def test_the_reason_is_kept(world):
    recorded(world, "one", (0, "ok"), (100, "crit"))
    world.rule("half", HALF)
    worked_out(world)

    assert "0 of 1" in world.rows(t.interval)[-1].reason


def test_rules_of_rules(world):
    recorded(world, "one", (0, "ok"), (100, "crit"), (300, "ok"))
    world.rule("half", HALF)
    world.rule("calm", 'not "rule:half" or up(group:shop) < 1 %')
    world.rule("both", '"rule:half" and "one"')

    worked_out(world)

    assert log_of(world, "both") == log_of(world, "half")
    assert log_of(world, "calm") == [
        (0, 100, "crit"),
        (100, 300, "ok"),
        (300, None, "crit"),
    ]


def test_maintenance_of_then_counts(world):
    recorded(world, "one", (0, "ok"), (100, "crit"))
    recorded(world, "two", (0, "ok"))
    world.rule("all", "up(group:shop) == 100 %", unknown_members="excluded")
    world.write(
        t.maintenance, title="disks", selector="one",
        since=MONDAY + 50, until=MONDAY + 400, created=0,
    )  # fmt: skip

    worked_out(world)

    assert log_of(world, "all") == [(0, 400, "ok"), (400, None, "crit")]


def test_before_a_check_was_watched_it_is_left_out(world):
    recorded(world, "one", (0, "ok"))
    recorded(world, "two", (200, "ok"))
    with world.engine.begin() as connection:
        late = t.check.update().where(t.check.c.name == "two")
        connection.execute(late.values(monitored_since=MONDAY + 200))
    world.rule("all", "up(group:shop) == 100 %")

    worked_out(world)

    assert log_of(world, "all") == [(0, None, "ok")]


def test_no_further_back_than_asked(world):
    recorded(world, "one", (0, "ok"), (100, "crit"), (300, "ok"))
    world.rule("half", HALF)

    worked_out(world, since=MONDAY + 150)

    assert log_of(world, "half") == [(150, 300, "crit"), (300, None, "ok")]


def test_of_one_rule_alone(world):
    recorded(world, "one", (0, "ok"))
    world.rule("half", HALF)
    world.rule("other", HALF)

    worked_out(world, name="other")

    assert (log_of(world, "half"), log_of(world, "other")) == ([], [(0, None, "ok")])


def test_values_are_not_kept_so_long_and_it_is_said(world):
    recorded(world, "one", (0, "ok"))
    world.rule("quick", "avg(ms @ group:shop, 10 min) < 1500")
    world.rule("half", HALF)

    past = worked_out(world)

    assert list(past.filled) == ["half"]
    assert "'quick'" in past.complaints[0]


def test_without_any_history_there_is_nothing_to_do(world):
    world.rule("half", HALF)

    assert worked_out(world).filled == {}


def test_a_name_that_there_is_not(world):
    with pytest.raises(UnknownCheck, match="no rule 'nothing'"):
        worked_out(world, name="nothing")


histories = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, LONG - 1),
            st.sampled_from(["ok", "warn", "crit", "unknown", "unmonitored"]),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda change: change[0],
    ),
    min_size=len(NAMES),
    max_size=len(NAMES),
)
expressions = st.sampled_from(
    ["min 2 of group:shop", "count(group:shop, crit) < 2", '"one" or "two"']
)


@settings(max_examples=60, deadline=None)
@given(histories, expressions, st.sampled_from(["strict", "lenient", "excluded"]))
def test_it_is_what_a_judge_says_who_looks_each_second(found, expression, unknown):
    """A new picture for each second, of how the checks stood just then."""
    with TemporaryDirectory() as folder:
        world = World(f"{folder}/monitoring.db")
        for name, history in zip(NAMES, found, strict=True):
            recorded(world, name, *sorted(history))
        world.rule("rule", expression, unknown_members=unknown)
        worked_out(world)

        seen = []
        for since, until, status in log_of(world, "rule"):
            seen += [status] * ((LONG if until is None else until) - since)
        first = min(at for history in found for at, _ in history)
        assert seen == [each_second(world, found, when) for when in range(first, LONG)]
        world.engine.dispose()


def each_second(world, found, when):
    from collective.hoard.monitoring.judge.interfaces import Member
    from collective.hoard.monitoring.judge.loading import load_rules
    from collective.hoard.monitoring.judge.picture import Picture
    from collective.hoard.monitoring.judge.picture import Standing

    picture = Picture()
    for number, (name, history) in enumerate(zip(NAMES, found, strict=True)):
        before = [change for change in sorted(history) if change[0] <= when]
        status = before[-1][1] if before else "unknown"
        member = Member(number, name, groups=frozenset({"shop"}))
        picture.add(member, Standing(status, 0))
    with world.engine.begin() as connection:
        (rule,) = load_rules(connection)
    picture.rules.add(rule)
    return picture.rules.judged(picture.rules.rules[rule.id])[0]
