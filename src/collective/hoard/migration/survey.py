"""Look at the whole source first: what single records cannot tell.

Two things need it.  A rule for the keys or values of an attribute reaches
through references: somebody has to find the trees and buckets it means.  And a
single binary value may read as text by accident, which a vote of all values of
its attribute puts right.  A conversion goes without until `votes.Doubts` says
that one of them could matter.
"""

from .flat import named_classes
from .flat import names_its_class
from .interfaces import BadPickle
from .layout import Damage
from .pieces import spans
from .references import target
from .votes import is_binary
from .votes import voter
from collections import Counter
from dataclasses import dataclass
from dataclasses import field


TREES = (b"cBTrees.", b"\x80\x03cBTrees.", b"\x80\x02cBTrees.")


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
        return is_binary(binary, text)


class PieceSurvey:
    """Surveys one piece after the other: what a worker process does.

    :param attributes: Names of attributes whose votes are all that is asked for.
    """

    def __init__(self, source, converter, decider, rules, attributes=()):
        self._source = source
        self._converter = converter
        self._decider = decider
        self._reaching = named_classes(rules.reaching)
        self._attributes = [name.encode() for name in attributes]

    def __call__(self, piece):
        survey = Survey()
        for transaction, first, last, _, _ in spans(self._source, piece):
            for record in self._source.records_between(first, last, transaction):
                if type(record) is not Damage and record.data is not None:
                    self._record(survey, record)
        return survey

    def _record(self, survey, record):
        data = record.data
        if self._attributes and not any(name in data for name in self._attributes):
            return
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
            place = voter(string, self._decider)
            if place is not None:
                kind = "bytes" if type(string.final) is bytes else "text"
                survey.votes[*place, kind] += 1
