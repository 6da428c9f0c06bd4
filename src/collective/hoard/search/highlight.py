"""Marking what was found in what is shown.

In Python, on the values that the ledger has now: alike for every back end, and
only for the few that are on the page. Nothing here makes HTML; whoever does must
escape each piece.
"""

from .analysis import spans
from collections import defaultdict
from dataclasses import dataclass


#: Characters of a long text that are shown, and around how many places; before each
#: of them so many.
LENGTH, PLACES, BEFORE = 220, 3, 70
#: Characters that are looked at; further on only if there is nothing in the first.
FIRST, MOST = 20_000, 200_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, ``marked`` if it is what was looked for."""

    text: str
    marked: bool = False


def pieces(text, query, field) -> tuple:
    """*text* of *field* in `Piece`; of a long one, some of what surrounds the first
    place of each word or phrase."""
    wanted = [w for w in query.words if not w.negated and w.field in (None, field)]
    marks, firsts = _found(text, wanted, FIRST)
    if not marks and len(text) > FIRST:
        marks, firsts = _found(text, wanted, MOST)
    return tuple(_cut(text, marks, _windows(text, firsts)))


def has_mark(pieces) -> bool:
    return any(piece.marked for piece in pieces)


def _found(text, wanted, most):
    """``(start, end)`` of all words that were looked for, in order; where the first
    place of each condition is."""
    if not wanted:
        return [], []
    words = list(spans(text[:most]))
    if len(text) > most:
        del words[-1:]  # It may be half of a word.
    folded, marked, firsts = tuple(word[2] for word in words), set(), set()
    places = defaultdict(list)
    for at, word in enumerate(folded):
        places[word].append(at)
    for one in wanted:
        starts = _starts(one, folded, places)
        if starts:
            firsts.add(words[min(starts)][0])
        marked |= _covered(starts, len(one.tokens))
    return [words[at][:2] for at in sorted(marked)], sorted(firsts)


def _starts(one, folded, places):
    first, size = one.tokens[0], len(one.tokens)
    if one.prefix:
        return [at for word in places if word.startswith(first) for at in places[word]]
    if not all(token in places for token in one.tokens):
        return []
    starts = places[first]
    return [at for at in starts if folded[at : at + size] == one.tokens]


def _covered(starts, size):
    """All words of phrases that begin at *starts* and may overlap."""
    found, reached = set(), 0
    for at in sorted(starts):
        found.update(range(max(at, reached), at + size))
        reached = at + size
    return found


def _windows(text, firsts):
    """``(start, end)`` of what is shown, in order, apart from each other."""
    if len(text) <= LENGTH:
        return [(0, len(text))]
    firsts = firsts[:PLACES] or [0]
    length, found = LENGTH // len(firsts), []
    for first in firsts:
        start = max(0, first - min(BEFORE, length // 3))
        if start:
            start = text.find(" ", start, first) + 1 or start
        end = min(len(text), max(start + length, first + 1))
        if found and start <= found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _cut(text, marks, windows):
    for start, end in windows:
        if start:
            yield Piece("… ")
        inside = [mark for mark in marks if start <= mark[0] and mark[1] <= end]
        for first, last in inside:
            if first > start:
                yield Piece(text[start:first])
            yield Piece(text[first:last], True)
            start = last
        if start < end:
            yield Piece(text[start:end])
    if windows[-1][1] < len(text):
        yield Piece(" …")
