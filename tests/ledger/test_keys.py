"""Keys tell the time, sort by it and are never handed out twice."""

from collective.hoard.ledger import _places
from collective.hoard.ledger.keys import first_key
from collective.hoard.ledger.keys import key_time
from collective.hoard.ledger.keys import make_key
from datetime import datetime
from datetime import timedelta
from datetime import UTC
import pytest


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOON_MS = 1_767_268_800_000


def test_a_key_tells_its_millisecond():
    assert key_time(make_key(NOON_MS + 7)) == NOON + timedelta(milliseconds=7)


def test_keys_fit_63_bits_until_2248():
    assert make_key(8_796_093_022_207) < 2**63
    assert key_time(2**63 - 1).year == 2248


def test_the_first_key_of_a_moment_is_rounded_up():
    assert first_key(NOON) == NOON_MS << 20
    assert first_key(NOON + timedelta(microseconds=1)) == (NOON_MS + 1) << 20


@pytest.mark.parametrize("moment", [datetime(2026, 1, 1), "2026-01-01", None, 5])
def test_a_moment_without_zone_is_refused(moment):
    with pytest.raises(TypeError, match="time zone"):
        first_key(moment)


def test_rows_of_the_same_millisecond_get_different_keys(ledger):
    keys = {ledger.add({}, schema=1) for _ in range(500)}
    assert len(keys) == len(ledger) == 500
    # Only the last ones, when they start near the end of the millisecond.
    latest = max(ledger.get(key).submitted for key in keys)
    assert latest - NOON <= timedelta(milliseconds=1)


def test_rows_of_the_same_millisecond_keep_their_order(ledger):
    for number in range(500):
        ledger.add({"n": number}, schema=1)
    assert [row.values["n"] for row in ledger.iter_rows()] == list(range(500))


def test_a_taken_key_is_never_used_again(ledger, monkeypatch):
    monkeypatch.setattr(_places, "make_key", lambda ms: ms << 20)
    monkeypatch.setattr(ledger, "_own_place", lambda: 3)

    keys = []
    for number in range(3):
        keys.append(ledger.add({"n": number}, schema=1))
        del ledger._storage._v_last_add  # As another connection would.

    assert keys == [NOON_MS << 20 | 3 + 16 * n for n in range(3)]
    assert [ledger.get(key).values["n"] for key in keys] == [0, 1, 2]


def test_a_clock_that_goes_backwards_loses_no_row(ledger, clock):
    late = ledger.add({"n": "late"}, schema=1)
    clock.ms -= 3_600_000
    early = ledger.add({"n": "early"}, schema=1)

    assert [row.key for row in ledger.iter_rows()] == [early, late]
    assert ledger.get(late).values == {"n": "late"}


def test_the_real_clock_is_used_by_default(ledger, site):
    from collective.hoard.ledger import get_ledger

    before = datetime.now(UTC) - timedelta(milliseconds=1)
    real = get_ledger(site, "form")
    assert before <= real.get(real.add({}, schema=1)).submitted <= datetime.now(UTC)
