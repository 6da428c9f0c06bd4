"""The bucket and the growing digests, minute by minute."""

from collective.hoard.monitoring.telling import flow as flows
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st


LIMITS = flows.Limits()


def replay(arrivals, limits=LIMITS):
    """``[(when, "notice" or "digest")]`` of something new at these seconds."""
    flow, sent = flows.new_flow(limits, 0), []
    for now in [*sorted(arrivals), None]:
        while flow.due is not None and (now is None or flow.due <= now):
            sent.append((flow.due, "digest"))
            flows.flushed(flow, flow.due)
        if now is not None and flows.offer(flow, limits, now):
            sent.append((now, "notice"))
    return sent


def test_three_at_once_then_a_digest():
    assert replay([0, 1, 2, 3, 4, 250]) == [
        (0, "notice"),
        (1, "notice"),
        (2, "notice"),
        (303, "digest"),
    ]


def test_digests_grow_while_it_goes_on():
    sent = replay(range(0, 14 * 3600, 5), flows.Limits(tokens=0))
    digests = [when for when, _ in sent]
    gaps = [b - a for a, b in zip(digests, digests[1:], strict=False)]
    minutes = [round(gap / 60) for gap in gaps]
    assert minutes[:6] == [10, 20, 40, 80, 160, 240]


def test_a_quiet_time_resets_the_interval():
    first = [0, 1, 2, 3, 400, 401]
    later = 20_000
    assert replay([*first, later, later + 1, later + 2, later + 3])[-1] == (
        later + 303,
        "digest",
    )


def test_a_token_comes_back_after_ten_minutes():
    assert replay([0, 0, 0, 600]) == [(0, "notice")] * 3 + [(600, "notice")]


def test_a_clock_that_is_set_back_does_no_harm():
    flow = flows.new_flow(LIMITS, 10_000)
    for _ in range(3):
        assert flows.offer(flow, LIMITS, 10_000)
    assert not flows.offer(flow, LIMITS, 5_000)
    assert flow.due == 5_300


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 30_000), max_size=150))
@example(list(range(0, 3000)))
def test_never_more_than_four_messages_in_ten_minutes(arrivals):
    times = [when for when, _ in replay(arrivals)]
    for first, fifth in zip(times, times[4:], strict=False):
        assert fifth - first >= 600
