"""Counters that a change of state moves, so that no rule ever counts members."""

from heapq import heappop
from heapq import heappush


UP = {"ok", "warn"}


class Tally:
    """How many of the selected members have which status."""

    __slots__ = ("members", "counts")

    def __init__(self):
        self.members = set()
        self.counts = {}

    def move(self, before, after):
        counts = self.counts
        if before is not None:
            counts[before] -= 1
        if after is not None:
            counts[after] = counts.get(after, 0) + 1

    def count(self, status, unknown):
        """``(how many have it, of how many)`` by the policy for unknown members.

        Paused members and those in maintenance count nowhere.
        """
        get = self.counts.get
        ok, warn, crit = get("ok", 0), get("warn", 0), get("crit", 0)
        dark = get("unknown", 0)
        if status in ("unknown", "maintenance"):
            return get(status, 0), ok + warn + crit + dark + get("maintenance", 0)
        if unknown == "strict":
            crit += dark
        elif unknown == "lenient":
            ok += dark
        return number(status, ok, warn, crit), ok + warn + crit


def number(status, ok, warn, crit):
    if status in ("crit", "down"):
        return crit
    if status == "ok":
        return ok
    return warn if status == "warn" else ok + warn


class SourceTally:
    """How one check is seen from each source; what is not renewed is forgotten."""

    __slots__ = ("seen", "counts", "expiries")

    def __init__(self):
        self.seen = {}
        self.counts = {}
        self.expiries = []

    def see(self, source, status, time, expires):
        """Note a sample; whether it changes a count."""
        before, newest, _ = self.seen.get(source, (None, None, None))
        if newest is not None and time < newest:
            return False
        self.seen[source] = status, time, expires
        heappush(self.expiries, (expires, source))
        if before == status:
            return False
        self.move(before, status)
        return True

    def move(self, before, after):
        if before is not None:
            self.counts[before] -= 1
        if after is not None:
            self.counts[after] = self.counts.get(after, 0) + 1

    def expire(self, now):
        """Forget what is too old; whether it changes a count."""
        changed = False
        while self.expiries and self.expiries[0][0] <= now:
            _, source = heappop(self.expiries)
            status, _, expires = self.seen.get(source, (None, None, now + 1))
            if expires <= now:
                del self.seen[source]
                self.move(status, None)
                changed = True
        return changed

    def count(self, status):
        get = self.counts.get
        return number(status, get("ok", 0), get("warn", 0), get("crit", 0))

    def summary(self):
        parts = [f"{name} {row[0]}" for name, row in sorted(self.seen.items())]
        return ", ".join(parts) or "seen from nowhere"
