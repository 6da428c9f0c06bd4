"""When each check is due: spread by its number, the same after a restart."""

from heapq import heapify
from heapq import heappop
from heapq import heappush
from zlib import crc32


class Schedule:
    """Prepared checks by the time they are due next, in seconds of any clock.

    Check x with interval i is due whenever ``(time - offset(x)) % i == 0``.
    So neither a start nor a changed list makes a burst, and a restart shifts
    nothing.
    """

    def __init__(self):
        self._heap = []
        self._known = {}
        self._round = 0

    def __len__(self):
        return len(self._known)

    def replace(self, checks, now: float) -> None:
        """Take *checks*, prepared ones, for all there are."""
        self._round += 1
        old, self._known = self._known, {}
        self._heap = []
        for prepared in checks:
            spec = prepared.spec
            before = old.get(spec.id)
            if before and before[0].spec.interval == spec.interval:
                due = before[1]
            else:
                due = next_due(spec.id, spec.interval, now)
            self._known[spec.id] = [prepared, due]
            self._heap.append((due, spec.id, self._round))
        heapify(self._heap)

    def prepared(self) -> list:
        """All checks."""
        return [entry[0] for entry in self._known.values()]

    def due(self, now: float) -> list:
        """Those whose time has come, each with that time; all are due anew.

        What was missed, because the machine slept, is not made up for.
        """
        found = []
        while self._heap and self._heap[0][0] <= now:
            due, key, number = heappop(self._heap)
            entry = self._known.get(key)
            if entry is None or number != self._round:
                continue
            found.append((entry[0], due))
            interval = entry[0].spec.interval
            entry[1] = max(due + interval, next_due(key, interval, now))
            heappush(self._heap, (entry[1], key, number))
        return found

    def wait(self, now: float, most: float = 1.0) -> float:
        """Seconds until the next is due, at most *most*."""
        if not self._heap:
            return most
        return min(max(self._heap[0][0] - now, 0.0), most)

    def rewind(self, now: float) -> None:
        """Work out all due times anew, after the clock was set."""
        checks = self.prepared()
        self._known = {}
        self.replace(checks, now)


def offset(key, interval: int) -> float:
    """Seconds into the interval at which *key* runs, in milliseconds' steps."""
    return crc32(str(key).encode()) % (interval * 1000) / 1000


def next_due(key, interval: int, now: float) -> float:
    """The first time after *now* that is the check's."""
    shift = offset(key, interval)
    return now + interval - (now - shift) % interval
