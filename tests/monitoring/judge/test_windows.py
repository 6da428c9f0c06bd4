"""Maintenance in local time, also when clocks are changed."""

from collective.hoard.monitoring.judge.interfaces import WrongSettings
from collective.hoard.monitoring.judge.windows import apart
from collective.hoard.monitoring.judge.windows import Calendar
from collective.hoard.monitoring.judge.windows import checked
from collective.hoard.monitoring.judge.windows import Maintenance
from collective.hoard.monitoring.judge.windows import spans
from datetime import datetime
from datetime import UTC
from zoneinfo import ZoneInfo
import pytest


BERLIN = "Europe/Berlin"


def at(text, zone=BERLIN):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def nightly(first, last, rule="FREQ=DAILY", **options):
    return Maintenance(1, "backup", at(first), at(last), rule, BERLIN, **options)


def shown(window, start, end):
    return [
        tuple(datetime.fromtimestamp(t, UTC).strftime("%d %H:%M") for t in span)
        for span in spans(window, at(start, "UTC"), at(end, "UTC"))
    ]


def test_one_window():
    window = Maintenance(1, "disks", 100, 200)
    assert spans(window, 0, 1000) == [(100, 200)]
    assert spans(window, 200, 1000) == []
    assert spans(window, 0, 100) == []


def test_a_nightly_window_keeps_to_the_wall_clock_in_spring():
    window = nightly("2026-03-01T23:00", "2026-03-02T01:00")
    assert shown(window, "2026-03-28T12:00", "2026-03-30T12:00") == [
        ("28 22:00", "29 00:00"),
        ("29 21:00", "29 23:00"),
    ]


def test_a_window_over_the_hour_that_is_left_out():
    window = nightly("2026-03-01T01:30", "2026-03-01T03:30")
    assert shown(window, "2026-03-29T00:00", "2026-03-29T12:00") == [
        ("29 00:30", "29 01:30")
    ]


def test_a_window_within_the_hour_that_is_left_out_moves_on():
    window = nightly("2026-03-01T02:10", "2026-03-01T02:50")
    assert shown(window, "2026-03-29T00:00", "2026-03-29T12:00") == [
        ("29 01:10", "29 01:50")
    ]


def test_a_window_over_the_hour_that_comes_twice_covers_both():
    window = nightly("2026-10-01T02:00", "2026-10-01T03:00")
    assert shown(window, "2026-10-24T12:00", "2026-10-25T12:00") == [
        ("25 00:00", "25 02:00")
    ]


def test_a_window_that_ends_in_the_hour_that_comes_twice_ends_in_the_second():
    window = nightly("2026-10-01T01:30", "2026-10-01T02:30")
    assert shown(window, "2026-10-24T12:00", "2026-10-25T12:00") == [
        ("24 23:30", "25 01:30")
    ]


@pytest.mark.parametrize("end", ["02:00", "03:00"])
def test_a_window_up_to_an_edge_of_the_hour_that_is_left_out(end):
    window = nightly("2026-03-01T00:00", f"2026-03-01T{end}")
    assert shown(window, "2026-03-28T12:00", "2026-03-29T12:00") == [
        ("28 23:00", "29 01:00")
    ]


def test_a_window_up_to_the_hour_that_comes_twice_has_nothing_of_it():
    window = nightly("2026-10-01T00:00", "2026-10-01T02:00")
    assert shown(window, "2026-10-24T12:00", "2026-10-25T12:00") == [
        ("24 22:00", "25 00:00")
    ]


def test_half_an_hour_that_is_left_out_or_comes_twice():
    zone = "Australia/Lord_Howe"
    first, last = at("2026-03-01T01:00", zone), at("2026-03-01T02:00", zone)
    window = Maintenance(1, "backup", first, last, "FREQ=DAILY", zone)
    assert shown(window, "2026-04-04T00:00", "2026-04-05T00:00") == [
        ("04 14:00", "04 15:30")
    ]
    assert shown(window, "2026-10-03T00:00", "2026-10-04T00:00") == [
        ("03 14:30", "03 15:30")
    ]


def test_a_window_of_sundays_until_a_day():
    window = nightly(
        "2026-06-07T04:00",
        "2026-06-07T05:00",
        "RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20260621T235959",
    )
    found = shown(window, "2026-06-01T00:00", "2026-08-01T00:00")
    assert found == [(f"{d} 02:00", f"{d} 03:00") for d in ("07", "14", "21")]


def test_a_cancelled_window_ends_there():
    window = nightly(
        "2026-06-07T04:00", "2026-06-07T05:00", cancelled=at("2026-06-08T04:30")
    )
    found = shown(window, "2026-06-01T00:00", "2026-08-01T00:00")
    assert found == [("07 02:00", "07 03:00"), ("08 02:00", "08 02:30")]


def test_the_calendar_says_when_to_look_again():
    calendar = Calendar(
        [Maintenance(1, "disks", 100, 200), Maintenance(2, "x", 150, 160)]
    )
    assert calendar.open_at(0) == []
    assert calendar.next_change(0) == 100
    assert [w.title for w, _ in calendar.open_at(155)] == ["disks", "x"]
    assert calendar.next_change(155) == 160


@pytest.mark.parametrize(
    "options,words",
    [
        ({"until": 50}, "ends before"),
        ({"zone": "Europe/Nowhere"}, "is not a time zone"),
        ({"zone": "../../etc/passwd"}, "is not a time zone"),
        ({"recurrence": "FREQ=SECONDLY"}, "at most hourly"),
        ({"recurrence": "every sunday"}, "is not a recurrence"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20260101T000000Z"}, "local time"),
    ],
)
def test_what_cannot_be_is_refused(options, words):
    values = {"id": 1, "title": "disks", "since": 100, "until": 200, **options}
    with pytest.raises(WrongSettings, match=words):
        checked(Maintenance(**values))


@pytest.mark.parametrize(
    "last,rule",
    [
        ("2026-03-21T00:00", "FREQ=DAILY"),
        ("2026-03-02T00:01", "FREQ=DAILY"),
        ("2026-03-08T00:01", "FREQ=WEEKLY"),
        ("2026-03-02T00:01", "FREQ=WEEKLY;BYDAY=SU,MO"),
        ("2026-03-01T02:00", "FREQ=HOURLY"),
    ],
)
def test_a_window_is_over_before_it_comes_again(last, rule):
    with pytest.raises(WrongSettings, match="until it comes again"):
        apart(nightly("2026-03-01T00:00", last, rule))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4;COUNT=3",
        "FREQ=DAILY;UNTIL=20200101T000000",
    ],
)
@pytest.mark.parametrize("year", [2026, 9999])
def test_a_window_that_never_comes_is_refused(rule, year):
    with pytest.raises(WrongSettings, match="never comes: no day is as"):
        apart(nightly(f"{year}-03-01T00:00", f"{year}-03-01T02:00", rule))


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"])
def test_a_leap_day_comes(rule):
    window = nightly("2097-03-01T00:00", "2097-03-01T02:00", rule)
    assert apart(window) is window


@pytest.mark.parametrize(
    "last,rule",
    [
        ("2026-03-02T00:00", "FREQ=DAILY"),
        ("2026-03-21T00:00", "FREQ=MONTHLY"),
        ("2026-03-21T00:00", ""),
        ("2026-03-04T00:00", "FREQ=DAILY;COUNT=1"),
        ("2026-03-01T02:00", "RDATE:20260301T000000,20260401T000000"),
    ],
)
def test_a_window_may_reach_to_its_next_coming(last, rule):
    window = nightly("2026-03-01T00:00", last, rule)
    assert apart(window) is window
