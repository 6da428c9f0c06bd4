"""Look at the whole source first: what single records cannot tell.

Two things need it.  A rule for the keys or values of an attribute reaches
through references: somebody has to find the trees and buckets it means.  And a
single binary value may read as text by accident, which a vote of all values of
its attribute puts right.  Where neither can be, `Doubts` says so, and a
conversion goes without.
"""

from .flat import named_classes
from .flat import names_its_class
from .layout import Damage
from .machine import BadPickle
from .pieces import spans
from .records import is_guess
from .records import Seen
from .references import target
from collections import Counter
from dataclasses import dataclass
from dataclasses import field


# An attribute is binary if this share of its non-ascii values is, and there
# are enough of them that chance is no explanation.
SHARE = 0.9
ENOUGH = 10
# Strings of these stand for whatever refers to them, so there is no vote.
NO_VOTE = ("BTrees.", "persistent.")
TREES = (b"cBTrees.", b"\x80\x03cBTrees.", b"\x80\x02cBTrees.")


class Doubts:
    """Could a survey change anything, after what was `records.Seen` so far?"""

    def __init__(self):
        self._seen = Seen()

    def grow(self, seen):
        """Take over more; does it call for a survey now?"""
        self._seen.add(seen)
        seen = self._seen
        return seen.reaches or seen.texts > 0 and seen.binaries >= ENOUGH


@dataclass
class Survey:
    """What a part of the source, or all of it, showed.

    *votes* counts ``(class, attribute, "text" or "bytes")``; *targets* maps
    objects to the rule that reaches them.
    """

    votes: Counter = field(default_factory=Counter)
    targets: dict = field(default_factory=dict)

    def add(self, other):
        self.votes.update(other.votes)
        self.targets.update(other.targets)

    def outvoted(self):
        """``(class, attribute)`` whose non-ascii values are nearly all binary."""
        places = {(c, a) for c, a, kind in self.votes if kind == "bytes"}
        return {place for place in places if self._is_binary(*place)}

    def _is_binary(self, class_name, attribute):
        binary = self.votes[class_name, attribute, "bytes"]
        text = self.votes[class_name, attribute, "text"]
        return text > 0 and binary >= ENOUGH and binary >= SHARE * (binary + text)


class PieceSurvey:
    """Surveys one piece after the other: what a worker process does."""

    def __init__(self, source, converter, decider, rules):
        self._source = source
        self._converter = converter
        self._decider = decider
        self._reaching = named_classes(rules.reaching)

    def __call__(self, piece):
        survey = Survey()
        for transaction, first, last, _, _ in spans(self._source, piece):
            for record in self._source.records_between(first, last, transaction):
                if type(record) is not Damage and record.data is not None:
                    self._record(survey, record)
        return survey

    def _record(self, survey, record):
        data = record.data
        if not self._reaching(data) and names_its_class(data):
            if data.startswith(TREES) or self._converter.is_plain(data):
                return
        try:
            machine, _, walk, _ = self._converter.read(record.data, record.oid)
        except (BadPickle, RecursionError, MemoryError):
            return  # converting it will report it
        self._count(survey, machine)
        for reference, rule in walk.reached:
            _, oid = target(reference.pid)
            if oid is not None:
                survey.targets[oid] = rule

    def _count(self, survey, machine):
        for string in machine.strings:
            if not is_guess(string, self._decider):
                continue
            name = string.place.name
            if string.place.role in ("key", "mapped", "member") or not name[1]:
                continue
            if name[0].startswith(NO_VOTE):
                continue
            kind = "bytes" if type(string.final) is bytes else "text"
            survey.votes[*name, kind] += 1
