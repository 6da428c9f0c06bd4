"""What the samples of one slot say together (R3), and what they hide (R4).

A sample is here a tuple ``(time, frac, source id, status, code, reason)``,
its time split into seconds and microseconds.
"""

from ..interfaces import CRIT
from ..interfaces import OK
from ..interfaces import UNKNOWN
from ..interfaces import WARN
from typing import NamedTuple


TIME, FRAC, SOURCE, STATUS, CODE, REASON = range(6)


class Event(NamedTuple):
    """The verdict of one slot that has samples."""

    start: int
    end: int
    expires: int
    status: int
    code: int | None
    reason: str


def tie(sample):
    """Makes the choice among equals independent of the order of arrival."""
    code = sample[CODE]
    return (-1 if code is None else code, sample[SOURCE], sample[REASON] or "")


def best_first(sample):
    return (sample[STATUS], sample[TIME], sample[FRAC], *tie(sample))


def worst_first(sample):
    return (-sample[STATUS], sample[TIME], sample[FRAC], *tie(sample))


def newest_first(sample):
    return (-sample[TIME], -sample[FRAC], sample[STATUS], *tie(sample))


def verdict(samples, regime):
    """The sample that speaks for the slot; *samples* is not empty."""
    if len(samples) == 1:
        return samples[0]
    if regime.quorum is None:
        return of_one_source(samples, regime)
    sources = {}
    for sample in samples:
        sources.setdefault(sample[SOURCE], []).append(sample)
    spoken = [of_one_source(those, regime) for those in sources.values()]
    # Where fewer sources speak than are needed, all of them must say ok.
    return sorted(spoken, key=best_first)[min(regime.quorum, len(spoken)) - 1]


def of_one_source(samples, regime):
    if regime.policy == "best":
        return min(samples, key=best_first)
    if regime.policy == "worst":
        return min(samples, key=worst_first)
    if regime.policy == "last":
        return min(samples, key=newest_first)
    return m_of_n(samples, regime.m, regime.n)


def m_of_n(samples, m, n):
    """Not ok when *m* of the last *n* are not, or all of them where fewer are."""
    last = sorted(samples, key=newest_first)[:n]
    need = min(m, len(last))
    if sum(sample[STATUS] == CRIT for sample in last) >= need:
        return min(last, key=worst_first)
    if sum(sample[STATUS] != OK for sample in last) >= need:
        warnings = [sample for sample in last if sample[STATUS] == WARN]
        return min(warnings, key=worst_first)
    return min(last, key=best_first)


def judge(start, end, regime, samples, blind):
    """The `Event` of a slot; *samples* of a blind source do not count (R9)."""
    seeing = [s for s in samples if not blind(s)] if blind else samples
    expires = start + regime.fresh
    if not seeing:
        return Event(start, end, expires, UNKNOWN, None, "blind")
    chosen = seeing[0] if len(seeing) == 1 else verdict(seeing, regime)
    _, _, _, status, code, reason = chosen
    return Event(start, end, expires, status, code, reason or "")


def slots(samples, regimes, pauses):
    """``(start, end, regime, samples)`` of each slot with samples, in order.

    Samples taken while the check was paused do not count.
    """
    found = {}
    for sample in samples:
        if pauses and pauses.covers(sample[TIME]):
            continue
        start, end, regime = regimes.slot_of(sample[TIME])
        if start in found:
            found[start][3].append(sample)
        else:
            found[start] = (start, end, regime, [sample])
    return [found[start] for start in sorted(found)]


def hidden(event, samples):
    """The samples that the verdict suppresses (R4)."""
    if event.status != OK:
        return []
    return [sample for sample in samples if sample[STATUS] != OK]
