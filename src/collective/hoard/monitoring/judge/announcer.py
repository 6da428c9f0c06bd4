"""From states to notices: what is new for people, and told with what."""

from .interfaces import BADNESS
from .interfaces import DERIVED
from .interfaces import Notice
from .picture import BAD


#: Seconds for which the problem of a check that depends on others is held back,
#: so that the parent's result can come first.
HOLD = 60


class Announcer:
    """Keeps what has been announced, so that nothing is said twice."""

    def __init__(self, picture, hold=HOLD):
        self.picture = picture
        self.hold = hold
        #: {member id: status it was announced with}
        self.told = {}
        #: {member id: the one with whose problem it is told}
        self.folded = {}
        #: {member id: when to look again}
        self.held = {}
        #: Until then what is unknown, and rules over it, are the poller's own doing.
        self.excuse = None

    def settle(self, member_ids, now):
        """The `Notice`s about these members, as they stand now."""
        notices = []
        for member_id in sorted(member_ids, key=self.order):
            notices += self.settle_one(member_id, now)
        return notices

    def order(self, member_id):
        """Rules before their members, parents before children, worst first."""
        kept = self.picture.rules.rules.get(member_id)
        rank = -kept.rank - 1 if kept else 0
        depends = self.picture.dependencies.has_parents(member_id)
        return (rank, depends, -BADNESS[self.picture.status_of(member_id)], member_id)

    def settle_one(self, member_id, now, patient=True):
        standing = self.picture.standings[member_id]
        if member_id in self.picture.flaps.flapping:
            return []
        if standing.status not in BAD:
            return self.recovered(member_id, now)
        if standing.new or member_id in self.picture.maintained:
            return []
        if self.told.get(member_id) == standing.status:
            return []
        cover = self.picture.cover(member_id)
        if cover is not None:
            return self.fold(member_id, cover)
        if patient and self.must_wait(member_id, standing, now):
            return []
        return self.problem(member_id)

    def must_wait(self, member_id, standing, now):
        if self.is_excused(member_id, now):
            until = self.excuse if standing.status == "unknown" else now + HOLD
            self.held.setdefault(member_id, until)
        elif member_id in self.told:
            return False
        elif self.hold and self.picture.dependencies.has_parents(member_id):
            self.held.setdefault(member_id, now + self.hold)
        return member_id in self.held

    def is_excused(self, member_id, now):
        """Whether it may stand so only because the poller was away."""
        if self.excuse is None or now >= self.excuse:
            return False
        if self.picture.status_of(member_id) == "unknown":
            return True
        kept = self.picture.rules.rules.get(member_id)
        members = kept.members if kept else ()
        return any(self.picture.status_of(one) == "unknown" for one in members)

    def recovered(self, member_id, now):
        self.held.pop(member_id, None)
        known = self.told.pop(member_id, None), self.folded.pop(member_id, None)
        if known == (None, None):
            return []
        notice = self.notice("recovery", member_id, previous=known[0], into=known[1])
        return [notice, *self.uncover(member_id, now)]

    def uncover(self, member_id, now):
        """What was told with this one is looked at again by itself, after a while.

        Not at once: behind a router that is back, all is still being checked.
        """
        for other, into in list(self.folded.items()):
            if into == member_id:
                self.held[other] = now + self.hold
        return []

    def fold(self, member_id, cover):
        self.held.pop(member_id, None)
        if self.folded.get(member_id) == cover:
            return []
        self.folded[member_id] = cover
        self.told.pop(member_id, None)
        return [self.notice("folded", member_id, into=cover)]

    def problem(self, member_id):
        self.held.pop(member_id, None)
        self.folded.pop(member_id, None)
        previous = self.told.get(member_id)
        standing = self.picture.standings[member_id]
        self.told[member_id] = standing.status
        covers = self.cover_all(member_id)
        return [self.notice("problem", member_id, previous=previous, covers=covers)]

    def cover_all(self, member_id):
        """Take back what was announced of those that this one covers."""
        covers = []
        if self.picture.status_of(member_id) == "unknown":
            return ()
        for other in self.picture.covered(member_id):
            known = other in self.told or other in self.folded or other in self.held
            if known and self.picture.cover(other) == member_id:
                self.told.pop(other, None)
                self.held.pop(other, None)
                self.folded[other] = member_id
                covers.append(other)
        return tuple(sorted(covers))

    def release(self, now):
        """`Notice`s about those that were held back long enough."""
        due = sorted(m for m, when in self.held.items() if when <= now)
        notices = []
        for member_id in due:
            self.held.pop(member_id, None)
            if member_id not in self.picture.standings:
                continue
            if self.picture.cover(member_id) is None:
                self.folded.pop(member_id, None)
            patient = self.is_excused(member_id, now)
            notices += self.settle_one(member_id, now, patient)
        return notices

    def flapping(self, member_id, now):
        """A check has begun to flap: said once, then no more of its changes."""
        self.held.pop(member_id, None)
        quiet = member_id in self.picture.maintained
        if quiet or self.picture.cover(member_id) is not None:
            return []
        self.told[member_id] = "flapping"
        value = self.picture.flaps.value(member_id, now)
        return [self.notice("flapping", member_id, reason=f"flapping ({value:.0f} %)")]

    def steady(self, member_id, now):
        """A check no longer flaps: its incident ends or becomes a problem."""
        if self.told.get(member_id) != "flapping":
            return self.settle_one(member_id, now)
        standing = self.picture.standings[member_id]
        if standing.status in BAD:
            self.told[member_id] = standing.status
        else:
            del self.told[member_id]
        return [self.notice("steady", member_id, previous="flapping")]

    def notice(self, kind, member_id, reason=None, **more):
        member = self.picture.board.members[member_id]
        standing = self.picture.standings[member_id]
        kept = self.picture.rules.rules.get(member_id)
        return Notice(
            kind=kind,
            check_id=member_id,
            name=member.name,
            status=standing.status,
            since=standing.since,
            reason=standing.reason if reason is None else reason,
            title=member.title,
            groups=member.groups,
            tags=member.tags,
            of=member.kind if member.kind in DERIVED else "check",
            exempt=bool(kept and kept.rule.exempt and standing.status == "crit"),
            **more,
        )
