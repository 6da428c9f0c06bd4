"""What a satellite says in its heartbeat, read with doubt."""

from collective.hoard.monitoring.poller.incoming import beat_of
import pytest


@pytest.mark.parametrize(
    "number", [float("inf"), float("nan"), 10**400, 1 << 31, -1, "7", [1], {"a": 1}]
)
def test_a_number_that_no_column_holds_is_refused(number):
    with pytest.raises((ValueError, TypeError)):
        beat_of({"checks": number})


def test_what_is_left_out_is_none():
    assert beat_of({"checks": 3, "late": 1.5})["checks"] == 3
