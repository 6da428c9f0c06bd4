"""Marking what was found in what is shown.

In Python, on the values that the ledger has now: alike for every back end, and
only for the few that are on the page. Nothing here makes HTML; whoever does must
escape each piece.
"""

from .analysis import spans
from dataclasses import dataclass


#: Characters of a long text that are shown around the first place.
AROUND = 70
LENGTH = 220
#: Characters that are looked at.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, ``marked`` if it is what was looked for."""

    text: str
    marked: bool = False


def pieces(text, query, field) -> tuple:
    """*text* of *field* in `Piece`, cut to what people can take in."""
    found = _places(text[:MOST], query, field)
    start, end = _window(text, found)
    return tuple(_cut(text, found, start, end))


def has_mark(pieces) -> bool:
    return any(piece.marked for piece in pieces)


def _places(text, query, field):
    """``(start, end)`` of all words that were looked for, in order."""
    wanted = [w for w in query.words if not w.negated and w.field in (None, field)]
    if not wanted:
        return []
    words = list(spans(text))
    folded = tuple(word[2] for word in words)
    found = set()
    for one in wanted:
        size = len(one.tokens)
        for at in range(len(words) - size + 1):
            if _is_at(one, folded, at, size):
                found.update(range(at, at + size))
    return [words[at][:2] for at in sorted(found)]


def _is_at(words, folded, at, size):
    if words.prefix:
        return folded[at].startswith(words.tokens[0])
    return folded[at : at + size] == words.tokens


def _window(text, found):
    if len(text) <= LENGTH:
        return 0, len(text)
    start = max(0, found[0][0] - AROUND) if found else 0
    if start:
        start = text.find(" ", start, found[0][0]) + 1 or start
    return start, min(len(text), start + LENGTH)


def _cut(text, found, start, end):
    at = start
    if start:
        yield Piece("… ")
    for first, last in found:
        if first < start or last > end:
            continue
        if first > at:
            yield Piece(text[at:first])
        yield Piece(text[first:last], True)
        at = last
    if at < end:
        yield Piece(text[at:end])
    if end < len(text):
        yield Piece(" …")
