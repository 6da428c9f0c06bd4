"""Cut a source into pieces of work of about equal size."""

from .layout import Damage
from .layout import Transaction
from typing import NamedTuple


SIZE = 1 << 19


class Piece(NamedTuple):
    """Whole transactions from *start* to *end*; or a part of a large one.

    A part has *transaction*, the position of its transaction, and says whether
    it *opens* or *closes* it; *start* and *end* then are record boundaries.
    """

    start: int
    end: int
    transaction: int = 0
    opens: bool = True
    closes: bool = True


def pieces(source, start, size=SIZE):
    """Yield `Piece` and, where the source is broken, `Damage`."""
    begin = None
    end = start
    for found in source.transactions(start):
        if type(found) is Damage:
            if begin is not None:
                yield Piece(begin, end)
                begin = None
            yield found
            continue
        if found.end - found.position > 2 * size:
            if begin is not None:
                yield Piece(begin, end)
                begin = None
            yield from _parts(source, found, size)
            continue
        begin = found.position if begin is None else begin
        end = found.end
        if end - begin >= size:
            yield Piece(begin, end)
            begin = None
    if begin is not None:
        yield Piece(begin, end)


def _parts(source, transaction, size):
    begin = transaction.first
    opens = True
    for position in _boundaries(source, transaction, size):
        yield Piece(begin, position, transaction.position, opens, False)
        begin, opens = position, False
    yield Piece(begin, transaction.last, transaction.position, opens, True)


def _boundaries(source, transaction, size):
    last_cut = transaction.first
    for record in source.records(transaction):
        if type(record) is Damage:
            return
        if record.position - last_cut >= size:
            last_cut = record.position
            yield last_cut


def spans(source, piece):
    """The transactions of a piece, each with the part of it that is meant.

    Yields ``(transaction, first, last, opens, closes)``.
    """
    if piece.transaction:
        transaction = next(source.transactions(piece.transaction))
        yield transaction, piece.start, piece.end, piece.opens, piece.closes
        return
    for transaction in source.transactions(piece.start):
        if type(transaction) is not Transaction or transaction.position >= piece.end:
            return
        yield transaction, transaction.first, transaction.last, True, True
