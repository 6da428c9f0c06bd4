from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.ranges import alerts
from collective.hoard.monitoring.checks.ranges import graded
from collective.hoard.monitoring.checks.ranges import threshold
import math
import pytest


@pytest.mark.parametrize(
    "text,quiet,loud",
    [
        ("10", [0, 5, 10], [-1, 11]),
        ("10:", [10, 1e9], [9.9, -1]),
        ("~:10", [-1e9, 10], [10.1]),
        ("10:20", [10, 15, 20], [9, 21]),
        ("@10:20", [9, 21], [10, 15, 20]),
        ("-5:5.5", [-5, 5.5], [-6, 6]),
    ],
)
def test_a_threshold_alerts_as_the_plugins_have_it(text, quiet, loud):
    assert [n for n in quiet if alerts(text, n)] == []
    assert [n for n in loud if not alerts(text, n)] == []


@pytest.mark.parametrize("text", ["", "x", "20:10", "@", "1:2:3", "~", "@~"])
def test_what_is_no_threshold_is_refused(text):
    with pytest.raises(CheckUnusable):
        threshold(text)


def test_what_is_no_number_alerts():
    assert alerts("10", math.nan)


def test_crit_comes_before_warn():
    assert graded(30, "10", "20") == "crit"
