"""When checks are due, and what time it is."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.runners import Prepared
from collective.hoard.monitoring.poller.clock import SteadyClock
from collective.hoard.monitoring.poller.schedule import Schedule
import pytest


def checks(count, interval=300):
    return [
        Prepared(CheckSpec(n, "http", "a.example", interval=interval), None, {})
        for n in range(count)
    ]


def run(schedule, since, until, step=1.0):
    """[(second, number)] of all that is due in that time."""
    found, now = [], since
    while now < until:
        found += [(now, one.spec.id) for one, _ in schedule.due(now)]
        now += step
    return found


def test_each_check_runs_once_in_its_interval():
    schedule = Schedule()
    schedule.replace(checks(50), 1000)
    due = run(schedule, 1000, 1000 + 3 * 300)
    assert all(sum(key == n for _, key in due) == 3 for n in range(50))


def test_the_first_runs_are_spread_over_the_interval():
    schedule = Schedule()
    schedule.replace(checks(3000), 0)
    per_second = {}
    for second, _ in run(schedule, 0, 300):
        per_second[second] = per_second.get(second, 0) + 1
    assert max(per_second.values()) < 30


def test_a_new_list_moves_nothing():
    schedule = Schedule()
    schedule.replace(checks(100), 0)
    before = run(schedule, 0, 150)
    schedule.replace(checks(101), 150)
    both = before + run(schedule, 150, 300)
    other = Schedule()
    other.replace(checks(101), 0)
    assert sorted(both) == sorted(
        d for d in run(other, 0, 300) if d[1] < 100 or d[0] >= 150
    )


def test_a_restart_runs_at_the_same_times():
    one, other = Schedule(), Schedule()
    one.replace(checks(100), 0)
    run(one, 0, 700)
    other.replace(checks(100), 700)
    assert run(one, 700, 1300) == run(other, 700, 1300)


def test_what_was_slept_through_is_not_made_up_for():
    schedule = Schedule()
    schedule.replace(checks(10, 60), 0)
    run(schedule, 0, 60)
    assert len(schedule.due(100_000)) == 10
    assert schedule.due(100_000) == []


def test_a_removed_check_is_not_due_any_more():
    schedule = Schedule()
    schedule.replace(checks(5, 10), 0)
    schedule.replace(checks(2, 10), 1)
    assert {key for _, key in run(schedule, 1, 30)} == {0, 1}


class Hands:
    """A clock that tests can set."""

    def __init__(self):
        self.wall, self.steady = 1_000_000.0, 50.0

    def pass_(self, seconds):
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clock():
    hands = Hands()
    clock = SteadyClock(60, lambda: hands.wall, lambda: hands.steady)
    clock.hands = hands
    return clock


@pytest.mark.parametrize("jump", [-3600, 3600, 86_400 * 365])
def test_a_jump_is_not_believed_at_once(clock, jump):
    clock.hands.wall += jump
    clock.hands.pass_(10)
    assert clock() == 1_000_010
    assert "jumped" in clock.doubt


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_jump_that_stays_is_believed(clock, jump):
    clock.hands.wall += jump
    clock()
    clock.hands.pass_(61)
    assert clock() == 1_000_061 + jump
    assert clock.doubt == ""


def test_a_jump_forth_and_back_is_never_seen(clock):
    clock.hands.wall += 7200
    clock()
    clock.hands.pass_(30)
    clock.hands.wall -= 7200
    assert clock() == 1_000_030
    clock.hands.pass_(100)
    assert clock() == 1_000_130
    assert clock.doubt == ""


def test_slow_corrections_are_followed(clock):
    for _ in range(10):
        clock.hands.pass_(60)
        clock.hands.wall += 2
        clock()
    assert clock() == 1_000_000 + 600 + 20
    assert clock.doubt == ""
