"""Into which slot a sample falls (R2) and which rules hold there."""

from bisect import bisect_right
from dataclasses import dataclass
from dataclasses import field
from math import inf


@dataclass(frozen=True, slots=True)
class Regime:
    """The rules of a check from *since* on."""

    since: int
    slot: int
    fresh: int
    policy: str = "best"
    m: int | None = None
    n: int | None = None
    #: So many sources must say ok; None: the samples of all count as one source's.
    quorum: int | None = None
    #: One more sample that says what the verdict says cannot change it.
    simple: bool = field(init=False)

    def __post_init__(self):
        simple = self.quorum is None and self.policy == "best"
        object.__setattr__(self, "simple", simple)


class Regimes:
    """All rules of a check, each with the date from which it holds."""

    def __init__(self, regimes):
        self._regimes = sorted(regimes, key=lambda one: one.since)
        self._starts = [one.since for one in self._regimes]
        #: The longest time that a verdict can hold.
        self.reach = max(one.fresh for one in self._regimes)
        self.single = self._regimes[0] if len(self._regimes) == 1 else None

    @classmethod
    def of(cls, rules):
        """From ``((since, slot, fresh, policy, m, n, quorum), ...)``."""
        return cls([Regime(*rule) for rule in rules])

    def slot_of(self, time):
        """``(start, end, regime)`` of the slot around *time*.

        Slots are whole multiples of their length; where the length changes,
        the last slot of the old one ends early and the first may start late.
        """
        regime = self.single
        if regime is not None:
            length = regime.slot
            start = int(time) // length * length
            return start, start + length, regime
        place = max(bisect_right(self._starts, time) - 1, 0)
        regime = self._regimes[place]
        start = int(time // regime.slot) * regime.slot
        end = start + regime.slot
        if place:
            start = max(start, regime.since)
        if place + 1 < len(self._starts):
            end = min(end, self._starts[place + 1])
        return start, end, regime

    @property
    def lengths(self):
        """All that slots have and had, in seconds."""
        return {one.slot for one in self._regimes}

    def length_at(self, time):
        """Seconds that a slot has by the rules of then."""
        return (self.single or self.slot_of(time)[2]).slot

    def end_of(self, time):
        """The end of the slot around *time*."""
        regime = self.single
        if regime is not None:
            return (int(time) // regime.slot + 1) * regime.slot
        return self.slot_of(time)[1]


class Pauses:
    """When a check was paused or removed."""

    def __init__(self, pauses=()):
        """*pauses*: ``(since, until or None, reason)``, oldest first."""
        self._pauses = [(s, inf if u is None else u, r) for s, u, r in pauses]
        self.any = bool(self._pauses)

    def __bool__(self):
        return self.any

    def covers(self, time):
        return any(since <= time < until for since, until, _ in self._pauses)

    def between(self, since, until):
        """``(since, until, reason)`` of each pause, clipped, not overlapping."""
        edge = since
        for start, end, reason in self._pauses:
            start, end = max(start, edge), min(end, until)
            if start < end:
                yield start, end, reason
                edge = end
