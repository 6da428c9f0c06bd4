"""What is judged, all in memory: who is how, and what belongs together."""

from .alarms import AlarmBook
from .board import Board
from .dependencies import Dependencies
from .flaps import Flaps
from .rulebook import RuleBook
from .windows import Calendar
from collections import defaultdict
from dataclasses import dataclass


BAD = ("crit", "warn", "unknown")


@dataclass(slots=True)
class Standing:
    status: str
    since: int
    reason: str = ""
    code: int | None = None
    #: Nothing was ever known of it: unknown for rules, no news for people.
    new: bool = False


class Picture:
    """Members with their standings, rules, alarms, dependencies, maintenance."""

    def __init__(self, dependencies=None, calendar=None):
        self.board = Board()
        self.rules = RuleBook(self.board)
        self.alarms = AlarmBook()
        self.flaps = Flaps()
        self.dependencies = dependencies or Dependencies()
        self.calendar = calendar or Calendar()
        self.standings = {}
        #: Members in maintenance, with the title of a window.
        self.maintained = {}
        self._above = defaultdict(list)

    def add(self, member, standing):
        self.standings[member.id] = standing
        self.board.add(member, standing.status)

    def arrange(self):
        """Call it when all members and rules are there.

        :raises Circular: Rules lead back to themselves.
        """
        self.rules.arrange()
        self._above.clear()
        for kept in self.rules.rules.values():
            if kept.rule.collapse != "never":
                for member_id in kept.members:
                    self._above[member_id].append(kept)

    def put(self, member_id, standing):
        """A member stands otherwise; the rules that this concerns."""
        self.standings[member_id] = standing
        return self.board.move(member_id, self.shown(member_id))

    def shown(self, member_id):
        """The status that rules count: maintenance hides all but a pause."""
        status = self.standings[member_id].status
        if member_id in self.maintained and status != "unmonitored":
            return "maintenance"
        return status

    def maintain(self, now):
        """Open and close windows; ``(rules concerned, members that are back)``."""
        open_now = {}
        for window, selector in self.calendar.open_at(now):
            for member in self.board.members.values():
                if selector.matches(member):
                    open_now[member.id] = window.title
        before, self.maintained = self.maintained, open_now
        concerned = set()
        for member_id in before.keys() ^ open_now.keys():
            if member_id in self.standings:
                concerned |= set(self.board.move(member_id, self.shown(member_id)))
        return concerned, [m for m in before.keys() - open_now.keys()]

    # --- What is told with what

    def status_of(self, member_id):
        standing = self.standings.get(member_id)
        return standing.status if standing else "unknown"

    def cover(self, member_id):
        """The member with whose problem this one's is told; None for none.

        0 stands for a blind source.
        """
        standing = self.standings[member_id]
        if standing.status == "unknown" and standing.reason == "blind":
            return 0
        seen, top = {member_id}, None
        following = self._next_cover(member_id)
        while following is not None and following not in seen:
            seen.add(following)
            top = following
            following = self._next_cover(following)
        return top

    def _next_cover(self, member_id):
        lost = self.dependencies.lost(member_id, self.status_of)
        if lost is not None:
            return lost
        for kept in self._above.get(member_id, ()):
            if kept.rule.collapse == "always" or kept.status in ("crit", "warn"):
                return kept.rule.id
        return None

    def covered(self, member_id):
        """The members, not well, whose problems are told with this one's."""
        kept = self.rules.rules.get(member_id)
        found = self.dependencies.below(member_id)
        if kept is not None and kept.rule.collapse != "never":
            found |= kept.members
            for other in kept.members:
                found |= self.dependencies.below(other)
        return {m for m in found if self.status_of(m) in BAD}
