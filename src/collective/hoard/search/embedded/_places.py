"""Where a word stands in a text, in one integer beside the key of the document.

A phrase of frequent words is in few of the documents that have them all; to look
into the text of each would load most of the texts there are. A posting that says
where the word stands answers by itself, but for words that stand in many places.
"""

from BTrees.LLBTree import LLBTree
from collections import defaultdict
from functools import lru_cache
from itertools import repeat


#: Up to so many places are kept as they are, each in so many bits.
EXACT, BITS = 4, 15
PLACE = (1 << BITS) - 1
#: More, or later ones, are bits of a ring: what is none of them is no phrase.
RING = 62
#: All bits are set: the phrase can start at each place.
ANYWHERE = -1
#: Nobody has looked where the word stands.
UNKNOWN = -(1 << RING)


def places_of(text) -> dict:
    """Word to its places in *text*, words that spaces separate."""
    found = defaultdict(list)
    for place, word in enumerate(text.split(" ")):
        found[word].append(place)
    return found


def packed(places) -> int:
    """Ascending *places*, counted from 0: as they are, or negative as a ring."""
    if len(places) == 1 and places[0] < PLACE:
        return places[0] + 1
    if len(places) <= EXACT and places[-1] < PLACE:
        found = 0
        for place in reversed(places):
            found = found << BITS | place + 1
        return found
    ring = 0
    for place in places:
        ring |= 1 << place % RING
    return -ring


def side_by_side(numbers):
    """Whether words stand one after the other: True, False, or None: look into the
    text. *numbers* has what `packed` made of each word of the phrase, in order."""
    starts, rings = ANYWHERE, []
    for offset, number in enumerate(numbers):
        if number > 0:
            starts &= _bits(number) >> offset
            if not starts:
                return False
        elif number != UNKNOWN:
            rings.append((offset, -number))
    if rings and not _on_rings(starts, rings):
        return False
    return True if min(numbers) > 0 else None


@lru_cache(maxsize=2_000)
def _bits(number):
    """The places that a positive *number* has, as the bits of another one."""
    found = 0
    while number:
        found |= 1 << (number & PLACE) - 1
        number >>= BITS
    return found


def _on_rings(starts, rings):
    """Whether one of *starts* can be, as far as the rings know."""
    allowed = (1 << RING) - 1
    for offset, ring in rings:
        turn = offset % RING
        allowed &= ring >> turn | ring << RING - turn
    if starts == ANYWHERE:
        return bool(allowed)
    while starts and allowed:
        if starts & allowed:
            return True
        starts >>= RING
    return False


def of_keys(posting, keys):
    """What *posting* says about each of *keys*, all of which it has."""
    if isinstance(posting, LLBTree):
        return map(posting.__getitem__, keys)
    return repeat(UNKNOWN)
