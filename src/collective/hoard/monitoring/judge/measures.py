"""Metrics over the last minutes, kept as running sums of small buckets."""

from .expressions import figure


#: A window consists of so many buckets.
BUCKETS = 30


class Window:
    """One `expressions.Statistic` over time."""

    __slots__ = ("statistic", "width", "buckets", "edge")

    def __init__(self, statistic):
        self.statistic = statistic
        self.width = max(statistic.seconds // BUCKETS, 1)
        #: {number of bucket: [n, sum, min, max, last time, last, sum of divisor]}
        self.buckets = {}
        self.edge = 0

    def add(self, time, values):
        """Take the values of one sample; whether any was ours."""
        own = values.get(self.statistic.metric)
        other = values.get(self.statistic.divisor) if self.statistic.divisor else None
        if own is None and other is None:
            return False
        place = int(time // self.width)
        if place <= self.edge:
            return False
        bucket = self.buckets.setdefault(place, [0, 0.0, None, None, None, None, 0.0])
        if own is not None:
            put(bucket, time, self.scaled(*own))
        if other is not None:
            bucket[6] += other[0]
        return True

    def scaled(self, number, unit):
        share = self.statistic.function == "rate" and not self.statistic.divisor
        return number / 100 if share and unit == "%" else number

    def expire(self, now):
        """Drop what lies outside the window; whether there was anything."""
        self.edge = int((now - self.statistic.seconds) // self.width)
        gone = [place for place in self.buckets if place <= self.edge]
        for place in gone:
            del self.buckets[place]
        return bool(gone)

    def value(self):
        """The statistic, or None without any sample in the window."""
        buckets = [b for b in self.buckets.values() if b[0] or b[6]]
        if not buckets:
            return None
        return getattr(self, f"{self.statistic.function}_of")(buckets)

    def rate_of(self, buckets):
        if not self.statistic.divisor:
            return self.avg_of(buckets)
        below = sum(b[6] for b in buckets)
        # No requests at all: no share of errors is known.
        return sum(b[1] for b in buckets) / below if below else None

    def avg_of(self, buckets):
        n = sum(b[0] for b in buckets)
        return sum(b[1] for b in buckets) / n if n else None

    def sum_of(self, buckets):
        return sum(b[1] for b in buckets)

    def n_of(self, buckets):
        return sum(b[0] for b in buckets)

    def min_of(self, buckets):
        return min((b[2] for b in buckets if b[0]), default=None)

    def max_of(self, buckets):
        return max((b[3] for b in buckets if b[0]), default=None)

    def last_of(self, buckets):
        newest = max((b for b in buckets if b[0]), key=lambda b: b[4], default=None)
        return newest and newest[5]

    def summary(self):
        n = sum(b[0] for b in self.buckets.values())
        if self.statistic.function == "rate" and self.statistic.divisor:
            above = figure(sum(b[1] for b in self.buckets.values()))
            below = figure(sum(b[6] for b in self.buckets.values()))
            return f"{above} of {below}"
        return f"{n} values in {self.statistic.seconds} s"


def put(bucket, time, number):
    bucket[0] += 1
    bucket[1] += number
    bucket[2] = number if bucket[2] is None else min(bucket[2], number)
    bucket[3] = number if bucket[3] is None else max(bucket[3], number)
    if bucket[4] is None or time >= bucket[4]:
        bucket[4], bucket[5] = time, number
