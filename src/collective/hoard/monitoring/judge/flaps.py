"""Flap detection: of the last 20 slots, how many brought a change, newer ones more."""

from collections import deque


SLOTS = 20
#: Percent above which a check flaps, below which it no longer does.
HIGH, LOW = 30.0, 25.0
#: Shorter slots say nothing about how steady a thing is.
SHORTEST = 60


class Flaps:
    """Remembers changes of those checks only that changed lately."""

    def __init__(self):
        self.flapping = set()
        self._changes = {}

    def remember(self, check_id, slot, time):
        """Note that the status changed at *time*."""
        place = self.place(slot, time)
        changes = self._changes.setdefault(check_id, (slot, deque(maxlen=SLOTS)))[1]
        if not changes or changes[-1] != place:
            changes.append(place)

    def change(self, check_id, slot, now):
        """Note that the status changed; True when the check starts to flap."""
        self.remember(check_id, slot, now)
        if check_id in self.flapping or self.value(check_id, now) <= HIGH:
            return False
        self.flapping.add(check_id)
        return True

    def place(self, slot, now):
        return int(now // max(slot, SHORTEST))

    def value(self, check_id, now):
        """Percent of change; weights go from 0.8 (oldest) to 1.2 (newest slot)."""
        if check_id not in self._changes:
            return 0.0
        slot, changes = self._changes[check_id]
        newest = self.place(slot, now)
        ages = [newest - place for place in changes]
        weights = [1.2 - 0.4 * age / (SLOTS - 1) for age in ages if 0 <= age < SLOTS]
        return 100 * sum(weights) / SLOTS

    def steady(self, now):
        """The checks that have stopped flapping; what is old is forgotten."""
        calm = [c for c in self.flapping if self.value(c, now) < LOW]
        self.flapping.difference_update(calm)
        return calm

    def forget(self, now):
        """Drop checks whose last change is too old to count."""
        for check_id in [c for c in self._changes if not self.value(c, now)]:
            del self._changes[check_id]
