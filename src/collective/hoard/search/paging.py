"""The order of hits, and cursors: the same in every back end.

A cursor is the place of the last hit of a page, not a number of hits: what is
added or removed meanwhile neither repeats nor skips others, and the hundredth
page costs what the first does.
"""

from ..ledger.keys import LARGEST
from .interfaces import BadCursor
from .interfaces import SUBMITTED
from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from binascii import Error as NotBase64
import json
import re


#: What a text to sort by can hold: nothing that a query language knows.
ORDER = re.compile(r"[bdmnst][\w .:~+-]{0,600}\Z")
UID = re.compile(r"[\w.:@+-]{1,300}\Z")


def cursor_of(hit) -> str:
    """The cursor behind *hit*."""
    data = json.dumps([hit.order, hit.key, hit.uid], separators=(",", ":"))
    return urlsafe_b64encode(data.encode()).decode().rstrip("=")


def place_of(cursor):
    """``(order, key, uid)`` of a cursor that came with a request, or None.

    :raises BadCursor:
    """
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        order, key, uid = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (NotBase64, RecursionError, TypeError, ValueError) as error:
        raise BadCursor("not a cursor") from error
    good = order is None or (isinstance(order, str) and ORDER.match(order))
    if not good or type(key) is not int or not 0 <= key <= LARGEST:
        raise BadCursor("not a cursor")
    if not isinstance(uid, str) or not UID.match(uid):
        raise BadCursor("not a cursor")
    return order, key, uid


class Place:
    """Sort key of a hit: by its order, those without one last; then the newest
    first, whichever way the order goes; then by collection."""

    __slots__ = ("descending", "order", "key", "uid")

    def __init__(self, query, order, key, uid):
        by_time = query.sort == SUBMITTED
        self.descending = query.descending
        self.order = None if by_time else order
        self.key = key if by_time and not query.descending else -key
        self.uid = uid

    def __lt__(self, other):
        if self.order != other.order:
            if self.order is None or other.order is None:
                return other.order is None
            return (self.order > other.order) == self.descending
        return (self.key, self.uid) < (other.key, other.uid)


def place(query, hit):
    return Place(query, hit.order, hit.key, hit.uid)


def is_after(query, hit, start) -> bool:
    """Whether *hit* comes after *start*, a tuple of `place_of`, or that is None."""
    return start is None or Place(query, *start) < place(query, hit)
