"""Votes: may a string that no encoding decides be guessed to be text?

A single binary value may read as text by accident.  All values of its attribute
together tell: if nearly all of them are binary, all of them are.
"""

from .decide import OTHER
from dataclasses import dataclass
from dataclasses import field


# An attribute is binary if this share of its undecided values is, and there
# are enough of them that chance is no explanation.
SHARE = 0.9
ENOUGH = 10
# Strings of these stand for whatever refers to them, so there is no vote.
NO_VOTE = ("BTrees.", "persistent.")


def voter(string, decider):
    """``(class, attribute)`` a native string votes for, or None.

    Rules, positions and the site's encoding leave nothing to vote about, and
    keys and values of mappings have no attribute of their own.
    """
    if not string.native or string.value.isascii() or string.place.ruled:
        return None
    place = string.place
    if place.role in ("key", "mapped", "member") or not place.attribute:
        return None
    if place.class_name.startswith(NO_VOTE):
        return None
    return place.name if decider.kind_of(string.value) == OTHER else None


def is_binary(binaries, texts):
    """Do so many values outvote those that read as text?"""
    return texts > 0 and binaries >= ENOUGH and binaries >= SHARE * (binaries + texts)


@dataclass
class Seen:
    """What might call for a survey.

    Where strings were guessed to be text, how many are binary, and whether a
    rule goes through a reference.
    """

    texts: set = field(default_factory=set)
    binaries: int = 0
    reaches: bool = False

    def add(self, other):
        self.texts |= other.texts
        self.binaries += other.binaries
        self.reaches = self.reaches or other.reaches


class Doubts:
    """Could a survey change what was converted so far?

    :param counted: ``(class, attribute)`` whose votes were counted before.
    """

    def __init__(self, counted):
        self._counted = counted
        self._seen = Seen()

    def grow(self, seen):
        """Take over more; is a survey needed now?"""
        self._seen.add(seen)
        return self.reaches or bool(self.places) and self._seen.binaries >= ENOUGH

    @property
    def reaches(self):
        return self._seen.reaches

    @property
    def places(self):
        return self._seen.texts - self._counted
