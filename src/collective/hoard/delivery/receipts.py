"""How many receipts an address gets: forms must not become a relay for spam.

Counted in the ZODB, in the transaction that makes them, so that several processes
count together. An address is kept as 40 bits of its SHA-256 for a day or two, not in
clear. Days of 16 trees each: writers who happen to be at work at the same time
hardly ever meet, and yesterday's entries go with their day.
"""

from ..annotations import find_annotation
from .addresses import same_address
from BTrees.LLBTree import LLBTree
from BTrees.OOBTree import OOBTree
from datetime import timedelta
from hashlib import sha256
from zope.annotation.interfaces import IAnnotations
import secrets


ANNOTATION_KEY = "collective.hoard.delivery.receipts"
SHARDS = 16
DAY = timedelta(days=1)
#: Room below the address for as many receipts as may ever be on their way.
BITS = 22


def may_have_receipt(site, address, now, limit):
    """Count a receipt for *address* and say yes; or no, if it had *limit* of
    them in the last 24 hours.

    :param now: an aware datetime.
    """
    start = _start(address)
    if not limit or len(_times(site, start, now)) >= limit:
        return False
    shards = _shards(site, now)
    shards[secrets.randbelow(SHARDS)][start + secrets.randbits(BITS)] = _ms(now)
    return True


def _times(site, start, now):
    days = find_annotation(site, ANNOTATION_KEY) or {}
    since, found = _ms(now - DAY), []
    for day in (_day(now - DAY), _day(now)):
        for shard in days.get(day, ()):
            times = shard.values(start, start + (1 << BITS), excludemax=True)
            found += [time for time in times if time > since]
    return found


def _shards(site, now):
    days = find_annotation(site, ANNOTATION_KEY)
    if days is None:
        days = IAnnotations(site)[ANNOTATION_KEY] = OOBTree()
    today = _day(now)
    if today not in days:
        for old in [day for day in days if day < _day(now - DAY)]:
            del days[old]
        days[today] = tuple(LLBTree() for _ in range(SHARDS))
    return days[today]


def _start(address):
    digest = sha256(same_address(address).encode()).digest()
    return int.from_bytes(digest[:5], "big") << BITS


def _day(moment):
    return f"{moment:%Y-%m-%d}"


def _ms(moment):
    return int(moment.timestamp() * 1000)
