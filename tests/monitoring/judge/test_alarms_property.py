"""Alarms say what a slow reading of their rules says, restarts or not."""

from collective.hoard.monitoring.judge.alarms import AlarmBook
from collective.hoard.monitoring.judge.alarms import LAG
from collective.hoard.monitoring.judge.interfaces import Alarm
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st


PERIOD = 10
STATISTICS = {
    "avg": lambda found: sum(found) / len(found),
    "min": min,
    "max": max,
    "sum": sum,
    "n": len,
}
BREACHES = {
    ">": lambda value, level: value > level,
    ">=": lambda value, level: value >= level,
    "<": lambda value, level: value < level,
    "<=": lambda value, level: value <= level,
}


@st.composite
def alarms(draw):
    comparison = draw(st.sampled_from(sorted(BREACHES)))
    n = draw(st.integers(1, 5))
    apart = draw(st.sampled_from([None, 0, 1, 3]))
    good_side = -1 if ">" in comparison else 1
    return Alarm(
        1, "slow", 2, "ms",
        statistic=draw(st.sampled_from(sorted(STATISTICS))),
        period=PERIOD,
        comparison=comparison,
        threshold=5,
        clear=None if apart is None else 5 + good_side * apart,
        n=n,
        m=draw(st.integers(1, n)),
        missing=draw(st.sampled_from(["notBreaching", "breaching", "ignore", "missing"])),
    )  # fmt: skip


moments = st.integers(0, 20 * PERIOD)
values = st.lists(st.tuples(moments, st.integers(0, 10)), max_size=60)


def slowly(alarm, found):
    """The state after each period, from all values that were brought."""
    state, result = "insufficient", []
    for end in range(PERIOD, 21 * PERIOD, PERIOD):
        state = after(alarm, found, end, state)
        result.append(state)
    return result


def after(alarm, found, end, state):
    level = alarm.threshold
    if state == "alarm" and alarm.clear is not None:
        level = alarm.clear
    bad = good = missing = 0
    newest_is_bad = None
    for number in range(alarm.n):
        start = end - (alarm.n - number) * PERIOD
        those = [value for time, value in found if start <= time < start + PERIOD]
        if those:
            value = STATISTICS[alarm.statistic](those)
            newest_is_bad = BREACHES[alarm.comparison](value, level)
            bad += newest_is_bad
            good += not newest_is_bad
        elif alarm.missing == "breaching":
            bad += 1
        elif alarm.missing == "notBreaching":
            good += 1
        else:
            missing += 1
    if missing == alarm.n:
        return "insufficient" if alarm.missing == "missing" else state
    # Whatever the missing ones might have been.
    if bad >= alarm.m:
        return "alarm"
    if good > alarm.n - alarm.m:
        return "ok"
    if state == "insufficient" and alarm.missing == "missing":
        return "alarm" if newest_is_bad else "ok"
    return state


def is_judged(now):
    """A restart in between leaves a period to the next one."""
    return now % PERIOD > LAG


@settings(max_examples=300)
@given(alarms(), values, st.sets(moments.filter(is_judged), max_size=4))
def test_they_are_what_a_slow_reading_says(alarm, found, restarts):
    book, said, states = AlarmBook(), [], []
    watch = book.add(alarm, 0)
    for now in range(20 * PERIOD + LAG + 1):
        if now in restarts:
            book, before = AlarmBook(), watch.state
            watch = book.add(alarm, now, before)
            for time, value in found:
                # As `loading` reads them.
                if (now // PERIOD - alarm.n) * PERIOD <= time < now:
                    watch.add(time, value)
        for time, value in found:
            if time == now:
                book.sample(2, time, {"ms": (value, None)})
        said += book.tick(now)
        if now > PERIOD and (now - LAG) % PERIOD == 0:
            states.append(watch.state)

    assert states == slowly(alarm, found)
    assert len({one.since for one in said}) == len(said)
