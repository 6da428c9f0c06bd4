"""Alarms: M of N, missing data, hysteresis."""

from collective.hoard.monitoring.judge.alarms import AlarmBook
from collective.hoard.monitoring.judge.alarms import Watch
from collective.hoard.monitoring.judge.interfaces import Alarm
from collective.hoard.monitoring.judge.interfaces import WrongSettings
import pytest


def states(values, start="ok", **options):
    """The states after each period; None is a period without data."""
    options = {"period": 60, "threshold": 10, **options}
    watch = Watch(Alarm(1, "slow", 2, "ms", **options), start)
    found = []
    for place, value in enumerate(values):
        for number in [] if value is None else [value]:
            watch.add(place * 60 + 5, number)
        watch.close((place + 1) * 60)
        found.append(watch.state)
    return found


@pytest.mark.parametrize(
    "values,options,expected",
    [
        ([5, 11, 5], {}, ["ok", "alarm", "ok"]),
        ([11, 5, 11], {"n": 3, "m": 2}, ["ok", "ok", "alarm"]),
        ([11, 11, 5, 5], {"n": 3, "m": 2}, ["ok", "alarm", "alarm", "ok"]),
        ([5, 15], {"comparison": "<"}, ["alarm", "ok"]),
        ([10], {"comparison": ">="}, ["alarm"]),
        ([10], {}, ["ok"]),
        ([11, 9, 7], {"clear": 8}, ["alarm", "alarm", "ok"]),
        ([11, 7, 9], {"clear": 8}, ["alarm", "ok", "ok"]),
    ],
)
def test_thresholds(values, options, expected):
    assert states(values, **options) == expected


@pytest.mark.parametrize(
    "policy,expected",
    [
        ("missing", ["alarm", "insufficient"]),
        ("ignore", ["alarm", "alarm"]),
        ("breaching", ["alarm", "alarm"]),
        ("notBreaching", ["alarm", "ok"]),
    ],
)
def test_missing_data(policy, expected):
    assert states([11, None], missing=policy) == expected


def test_missing_data_does_not_decide_what_the_rest_does_not():
    assert states([11, None, 11], n=3, m=2, missing="missing")[-1] == "alarm"
    assert states([5, None, 5], n=3, m=2, start="alarm")[-1] == "ok"
    assert states([11, None, 5], n=3, m=2, start="alarm")[-1] == "alarm"
    assert states([None, None, 11], n=3, m=2, start="insufficient")[-1] == "alarm"


@pytest.mark.parametrize(
    "statistic,alarmed",
    [("max", True), ("avg", False), ("sum", True), ("n", True), ("p50", False)],
)
def test_statistics(statistic, alarmed):
    watch = Watch(Alarm(1, "a", 2, "ms", statistic, 60, ">", 10), "ok")
    for number in [1] * 10 + [50]:
        watch.add(5, number)
    watch.close(60)
    assert (watch.state == "alarm") is alarmed


def test_periods_end_with_the_tick():
    book = AlarmBook()
    book.add(Alarm(1, "slow", 2, "ms", period=60, threshold=10), 0, "ok")
    book.sample(2, 30, {"ms": (50, "ms")})
    assert book.tick(62) == []
    (verdict,) = book.tick(66)
    assert (verdict.since, verdict.status) == (60, "crit")
    assert verdict.reason == "avg(ms) > 10 in 1 of 1 periods of 60 s: 50"


def test_after_a_long_pause_one_verdict_is_enough():
    book = AlarmBook()
    book.add(Alarm(1, "slow", 2, "ms", period=60, threshold=10), 0, "ok")
    assert [v.since for v in book.tick(86400)] == [86340]


@pytest.mark.parametrize(
    "options,words",
    [
        ({"statistic": "mean"}, "statistic is"),
        ({"comparison": "=>"}, "comparison is"),
        ({"missing": "maybe"}, "missing is"),
        ({"n": 2, "m": 3}, "m and n"),
        ({"period": 1}, "period is"),
        ({"threshold": 10, "clear": 11}, "good side"),
    ],
)
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(WrongSettings, match=words):
        Watch(Alarm(1, "slow", 2, "ms", **options))
