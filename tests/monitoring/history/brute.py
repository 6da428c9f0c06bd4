"""R1 to R10 a second at a time, straight from the text: slow and simple."""

from dataclasses import dataclass
from dataclasses import field


BAD = {"ok": 0, "warn": 1, "crit": 2}


@dataclass
class Rules:
    since: int
    slot: int
    fresh: int
    policy: str = "best"
    m: int = None
    n: int = None
    quorum: int = None


@dataclass
class Model:
    """One check.  *samples*: ``{(source, time, status, code)}``."""

    rules: list
    grace: int = 0
    pauses: list = field(default_factory=list)
    samples: set = field(default_factory=set)
    #: ``{(source, number of the window)}`` and the window's length.
    #: (source, since, until)
    blind: set = field(default_factory=set)

    def add(self, source, time, status, code):
        self.samples.add((source, time, status, code))

    def paused(self, time):
        return any(a <= time and (b is None or time < b) for a, b in self.pauses)

    def rule_at(self, time):
        return [one for one in self.rules if one.since <= time][-1]

    def slot_start(self, time):
        """Second by second back, as long as it is the same slot."""
        start = int(time)
        rule = self.rule_at(start)
        while start > 0:
            if start % rule.slot == 0 or start == rule.since:
                break
            start -= 1
        return start

    def slot_end(self, start):
        end = start + 1
        while self.slot_start(end) == start:
            end += 1
        return end

    def slots(self):
        """``{start: [(status, code, time, source)]}`` of what counts."""
        found = {}
        for source, time, status, code in self.samples:
            if not self.paused(time):
                item = (status, code, time, source)
                found.setdefault(self.slot_start(time), []).append(item)
        return found

    def verdict(self, start, samples):
        rule = self.rule_at(start)
        seeing = [
            s
            for s in samples
            if not any(o == s[3] and a <= s[2] < b for o, a, b in self.blind)
        ]
        if not seeing:
            return "unknown", None
        if rule.quorum is None:
            return self.choose(rule, seeing)[:2]
        each = []
        for source in {s[3] for s in seeing}:
            each.append(self.choose(rule, [s for s in seeing if s[3] == source]))
        each.sort(key=best_key)
        return each[min(rule.quorum, len(each)) - 1][:2]

    def choose(self, rule, samples):
        if rule.policy == "best":
            return sorted(samples, key=best_key)[0]
        if rule.policy == "worst":
            return sorted(samples, key=worst_key)[0]
        if rule.policy == "last":
            newest = max(s[2] for s in samples)
            return sorted((s for s in samples if s[2] == newest), key=best_key)[0]
        last = []
        for time in sorted({s[2] for s in samples}, reverse=True):
            last += sorted((s for s in samples if s[2] == time), key=best_key)
        last = last[: rule.n]
        need = min(rule.m, len(last))
        if len([s for s in last if s[0] == "crit"]) >= need:
            return sorted((s for s in last if s[0] == "crit"), key=best_key)[0]
        if len([s for s in last if s[0] != "ok"]) >= need:
            return sorted((s for s in last if s[0] == "warn"), key=best_key)[0]
        return sorted((s for s in last if s[0] == "ok"), key=best_key)[0]

    def seconds(self, length, horizon=None):
        """``[(status, code) or None before the log begins]`` of each second.

        Slots that start before *horizon* are closed, others are left out.
        """
        verdicts = {
            start: self.verdict(start, samples)
            for start, samples in self.slots().items()
            if horizon is None or start < horizon
        }
        result, held, begun = [], None, False
        for second in range(length):
            if second in verdicts:
                held, begun = second, True
            if self.paused(second):
                begun = True
                result.append(("unmonitored", None))
            elif not begun:
                result.append(None)
            elif held is not None and second < held + self.rule_at(held).fresh:
                result.append(verdicts[held])
            else:
                result.append(("unknown", None))
        return result

    def log(self, length, horizon=None):
        """Rows ``(since, until, status, code)``, the last one open."""
        rows, before = [], None
        for second, now in enumerate(self.seconds(length, horizon)):
            if now != before:
                if rows:
                    rows[-1] = (rows[-1][0], second, *rows[-1][2:])
                rows.append((second, None, *now))
            before = now
        if (
            horizon is not None
            and len(rows) > 1
            and rows[-1][2] == "unknown"
            and rows[-1][0] >= horizon
            and rows[-2][2] != "unmonitored"
        ):
            del rows[-1]
            rows[-1] = (rows[-1][0], None, *rows[-1][2:])
        return rows

    def sums(self, since, until, horizon=None):
        """``(up, down, unknown, unmonitored)`` seconds."""
        counts = {"ok": 0, "warn": 0, "crit": 0, "unknown": 0, "unmonitored": 0}
        line = self.seconds(until, horizon)
        for second in range(since, until):
            counts[line[second][0] if line[second] else "unknown"] += 1
        return (
            counts["ok"] + counts["warn"],
            counts["crit"],
            counts["unknown"],
            counts["unmonitored"],
        )

    def suppressed(self, horizon=None):
        """``[(time, source, status, code)]``"""
        found = []
        for start, samples in self.slots().items():
            if horizon is not None and start >= horizon:
                continue
            if self.verdict(start, samples)[0] == "ok":
                found += [(t, o, s, c) for s, c, t, o in samples if s != "ok"]
        return found

    def horizon(self, now, closed=0):
        return max(self.slot_start(max(now - self.grace, 0)), closed)


def best_key(item):
    status, code, time, _ = item
    return BAD[status], time, -1 if code is None else code


def worst_key(item):
    status, code, time, _ = item
    return -BAD[status], time, -1 if code is None else code
