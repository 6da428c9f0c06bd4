"""Alarms over one metric: M of N periods, missing data, hysteresis.

A *datapoint* is the statistic of one period.  It breaches when it compares with
the threshold as the alarm says; while the alarm is on, with `clear`.
"""

from .expressions import COMPARE
from .expressions import figure
from .interfaces import Verdict
from .interfaces import WrongSettings
from collections import defaultdict
from heapq import heappop
from heapq import heappush


STATISTICS = ("avg", "min", "max", "sum", "n")
COMPARISONS = (">", ">=", "<", "<=")
MISSING = ("notBreaching", "breaching", "ignore", "missing")
#: Seconds after the end of a period in which its samples may still arrive.
LAG = 5
ALARM, OK, INSUFFICIENT = "alarm", "ok", "insufficient"


def checked(alarm):
    """*alarm* itself.

    :raises WrongSettings: It cannot be worked out; the text says why.
    """
    complaint = None
    if not (alarm.statistic in STATISTICS or percentile(alarm.statistic)):
        complaint = f"statistic is one of {', '.join(STATISTICS)} or p50, p99.9 ..."
    elif alarm.comparison not in COMPARISONS:
        complaint = f"comparison is one of {' '.join(COMPARISONS)}"
    elif alarm.missing not in MISSING:
        complaint = f"missing is one of {', '.join(MISSING)}"
    elif not 1 <= alarm.m <= alarm.n <= 1000:
        complaint = "m and n are whole numbers, 1 <= m <= n <= 1000"
    elif not 10 <= alarm.period <= 86400:
        complaint = "period is 10 to 86400 seconds"
    elif alarm.clear is not None and crossed(alarm):
        complaint = "clear lies on the good side of the threshold"
    if complaint:
        raise WrongSettings(f"Alarm {alarm.name!r}: {complaint}.")
    return alarm


def crossed(alarm):
    above = alarm.comparison in (">", ">=")
    return alarm.clear > alarm.threshold if above else alarm.clear < alarm.threshold


def percentile(statistic):
    """The share that "p95" speaks of, or None."""
    try:
        number = float(statistic[1:]) if statistic.startswith("p") else 0
    except ValueError:
        return None
    return number / 100 if 0 < number < 100 else None


class Datapoint:
    """The samples of one period."""

    __slots__ = ("n", "sum", "min", "max", "sketch")

    def __init__(self, sketched):
        self.n, self.sum, self.min, self.max = 0, 0.0, None, None
        self.sketch = new_sketch() if sketched else None

    def add(self, number):
        self.n += 1
        self.sum += number
        self.min = number if self.min is None else min(self.min, number)
        self.max = number if self.max is None else max(self.max, number)
        if self.sketch is not None:
            self.sketch.add(number)

    def value(self, statistic):
        if statistic == "avg":
            return self.sum / self.n
        if self.sketch is not None:
            return self.sketch.get_quantile_value(percentile(statistic))
        return getattr(self, statistic)


def new_sketch():
    # Loading it takes a while: only where there is a percentile.
    from ddsketch import DDSketch

    return DDSketch(0.01)


class Watch:
    """One alarm and what it remembers."""

    __slots__ = ("alarm", "state", "points", "sketched", "reason")

    def __init__(self, alarm, state=INSUFFICIENT):
        self.alarm, self.state = checked(alarm), state
        self.points = {}
        self.sketched = percentile(alarm.statistic) is not None
        self.reason = ""

    def add(self, time, number):
        start = int(time // self.alarm.period)
        point = self.points.get(start)
        if point is None:
            point = self.points[start] = Datapoint(self.sketched)
        point.add(number)

    def close(self, end):
        """Look at the N periods before *end*; whether the state has changed."""
        alarm = self.alarm
        last = int(end // alarm.period)
        for old in [start for start in self.points if start < last - alarm.n]:
            del self.points[old]
        values = [self.datapoint(last - alarm.n + place) for place in range(alarm.n)]
        state = self.decided([self.breaches(value) for value in values])
        self.reason = self.worded(values)
        changed, self.state = state != self.state, state
        return changed

    def datapoint(self, start):
        point = self.points.get(start)
        return point and point.value(self.alarm.statistic)

    def breaches(self, value):
        if value is None:
            return None
        on = self.state == ALARM and self.alarm.clear is not None
        level = self.alarm.clear if on else self.alarm.threshold
        return COMPARE[self.alarm.comparison](value, level)

    def decided(self, breaches):
        """The state after these N answers; None is a missing datapoint."""
        alarm = self.alarm
        if alarm.missing in ("breaching", "notBreaching"):
            filled = alarm.missing == "breaching"
            breaches = [filled if b is None else b for b in breaches]
        bad, missing = breaches.count(True), breaches.count(None)
        if missing == len(breaches):
            return INSUFFICIENT if alarm.missing == "missing" else self.state
        if bad >= alarm.m:
            return ALARM
        if bad + missing < alarm.m:
            return OK
        if self.state != INSUFFICIENT or alarm.missing == "ignore":
            return self.state
        newest = [b for b in breaches if b is not None][-1]
        return ALARM if newest else OK

    def worded(self, values):
        alarm = self.alarm
        shown = ", ".join("-" if v is None else figure(v) for v in values[-5:])
        return (
            f"{alarm.statistic}({alarm.metric}) {alarm.comparison} "
            f"{figure(alarm.threshold)} in {alarm.m} of {alarm.n} periods of "
            f"{alarm.period} s: {shown}"
        )

    @property
    def status(self):
        """The state as the change log has it."""
        words = {ALARM: self.alarm.severity, OK: "ok", INSUFFICIENT: "unknown"}
        return words[self.state]


class AlarmBook:
    """All alarms; a sample costs only those of its own check."""

    def __init__(self):
        self.watches = {}
        self._of_check = defaultdict(list)
        self._due = []

    def add(self, alarm, now, state=INSUFFICIENT):
        """:raises WrongSettings: See `checked`."""
        watch = self.watches[alarm.id] = Watch(alarm, state)
        self._of_check[alarm.check_id].append(watch)
        self._wait(watch, (int(now) // alarm.period + 1) * alarm.period)
        return watch

    def _wait(self, watch, end):
        heappush(self._due, (end + LAG, watch.alarm.id, end))

    def sample(self, check_id, time, values):
        """Take ``{metric: (number, unit)}`` of one sample."""
        for watch in self._of_check.get(check_id, ()):
            found = values.get(watch.alarm.metric)
            if found is not None:
                watch.add(time, found[0])

    def concerns(self, check_id):
        return check_id in self._of_check

    def tick(self, now):
        """`Verdict`s of the alarms whose periods have ended and that changed."""
        verdicts = []
        while self._due and self._due[0][0] <= now:
            _, alarm_id, end = heappop(self._due)
            watch = self.watches[alarm_id]
            # After a long pause only the newest period says something.
            end = max(end, int(now - LAG) // watch.alarm.period * watch.alarm.period)
            previous = watch.status
            if watch.close(end):
                reason = "" if watch.state == OK else watch.reason
                verdicts.append(Verdict(alarm_id, end, watch.status, reason, previous))
            self._wait(watch, end + watch.alarm.period)
        return verdicts
