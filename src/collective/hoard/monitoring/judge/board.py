"""Who is how just now, and the counters of all rules over it."""

from .expressions import Sources
from .expressions import Statistic
from .measures import Window
from .tallies import SourceTally
from .tallies import Tally
from collections import defaultdict


class Board:
    """Statuses of members; `tallies`, `sources`, `windows` are rules' *facts*.

    Everybody who changes something here gets back the ids of the rules to be
    evaluated again.  A change costs as much as there are selectors with that
    member, however many members they have.
    """

    def __init__(self):
        self.members = {}
        self.statuses = {}
        self.names = {}
        self.tallies = {}
        self.sources = {}
        self.windows = {}
        self._tallies_of = defaultdict(list)
        self._rules_of = defaultdict(set)
        self._windows_of = defaultdict(list)

    # --- Members

    def add(self, member, status="unknown"):
        """Take in a member, or take note of its other groups and tags."""
        if member.id in self.members:
            status = self.remove(member.id)
        self.members[member.id] = member
        self.names[member.name] = member.id
        self.statuses[member.id] = status
        for selector, tally in self.tallies.items():
            if selector.matches(member):
                self._join(tally, selector, member.id)
        for statistic, window in self.windows.items():
            if statistic.selector.matches(member):
                self._windows_of[member.id].append(window)

    def remove(self, member_id):
        """Forget a member; its status, or None for a stranger."""
        member = self.members.pop(member_id, None)
        if member is None:
            return None
        self.names.pop(member.name, None)
        status = self.statuses.pop(member_id)
        for _, tally in self._tallies_of.pop(member_id, ()):
            tally.members.discard(member_id)
            tally.move(status, None)
        self._windows_of.pop(member_id, None)
        return status

    def _join(self, tally, selector, member_id):
        tally.members.add(member_id)
        tally.move(None, self.statuses[member_id])
        self._tallies_of[member_id].append((selector, tally))

    # --- Rules

    def watch(self, rule_id, expression):
        """Count whatever *expression* asks for, for the rule."""
        for leaf in expression.leaves():
            self._rules_of[self._fact(leaf)].add(rule_id)

    def unwatch(self, rule_id):
        for rules in self._rules_of.values():
            rules.discard(rule_id)

    def _fact(self, leaf):
        if isinstance(leaf, Sources):
            self.sources.setdefault(leaf.check, SourceTally())
            return leaf.check
        if isinstance(leaf, Statistic):
            if leaf not in self.windows:
                self._open_window(leaf)
            return leaf
        if leaf.selector not in self.tallies:
            self._open_tally(leaf.selector)
        return leaf.selector

    def _open_tally(self, selector):
        tally = self.tallies[selector] = Tally()
        for member in self.members.values():
            if selector.matches(member):
                self._join(tally, selector, member.id)

    def _open_window(self, statistic):
        window = self.windows[statistic] = Window(statistic)
        for member in self.members.values():
            if statistic.selector.matches(member):
                self._windows_of[member.id].append(window)

    def selected(self, expression):
        """The ids of all members that the expression speaks of."""
        found = set()
        for leaf in expression.leaves():
            if isinstance(leaf, Sources):
                found.update(filter(None, [self.names.get(leaf.check)]))
            elif not isinstance(leaf, Statistic):
                found |= self.tallies[leaf.selector].members
        return found

    def adopt(self, kind, key, fact):
        """Go on with a counter of another board (*kind* "sources", "windows")."""
        facts = getattr(self, kind)
        if kind == "windows":
            old = facts[key]
            for windows in self._windows_of.values():
                windows[:] = [fact if window is old else window for window in windows]
        facts[key] = fact

    # --- What happens

    @property
    def listens(self):
        """Whether any rule asks for more than how members are."""
        return bool(self.sources or self.windows)

    def move(self, member_id, status):
        """A member has become *status*; the rules that this concerns."""
        before = self.statuses.get(member_id)
        if before is None or before == status:
            return ()
        self.statuses[member_id] = status
        concerned = set()
        for selector, tally in self._tallies_of.get(member_id, ()):
            tally.move(before, status)
            concerned |= self._rules_of[selector]
        return concerned

    def sample(self, sample):
        """Take a sample of a known check; the rules that this concerns."""
        check_id = sample.check
        if not isinstance(check_id, int):
            check_id = self.names.get(check_id)
        member = self.members.get(check_id)
        if member is None:
            return ()
        concerned = set()
        seen = self.sources.get(member.name)
        if seen is not None:
            until = sample.time + member.fresh
            if seen.see(sample.source, sample.status, sample.time, until):
                concerned |= self._rules_of[member.name]
        windows = self._windows_of.get(check_id)
        if windows:
            values = with_latency(sample)
            for window in windows:
                if window.add(sample.time, values):
                    concerned |= self._rules_of[window.statistic]
        return concerned

    def remember(self, check_id, time, values):
        """Take values that were stored before a start."""
        for window in self._windows_of.get(check_id, ()):
            window.add(time, values)

    def expire(self, now):
        """Forget what is too old; the rules that this concerns."""
        concerned = set()
        for key, fact in (*self.sources.items(), *self.windows.items()):
            if fact.expire(now):
                concerned |= self._rules_of[key]
        return concerned


def with_latency(sample):
    """The values of a sample; its milliseconds are the metric "ms"."""
    if sample.ms is None or "ms" in sample.values:
        return sample.values
    return {**sample.values, "ms": (sample.ms, "ms")}
