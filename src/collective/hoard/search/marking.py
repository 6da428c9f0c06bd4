"""Remembering, in the transaction of the data, what the index must catch up with."""

from ..ledger.keys import LARGEST
from ..outbox import mark
from .backends import target_name
from .collections import all_uids
from .interfaces import WHOLE
from .state import find_state
from .state import need_state
from .state import set_progress
from .state import waiting
from hashlib import blake2b


def mark_rows(site, form_uid, keys):
    """Rows of a form came, changed or went."""
    target = target_name(site)
    for key in keys:
        mark(site, target, form_uid, key)


def mark_ref(site, collection_uid, ref):
    """What the collection finds by *ref*, a UID of content, came, changed or went."""
    # The outbox wants an integer, to choose a shard by.
    number = int.from_bytes(blake2b(ref.encode(), digest_size=8).digest()) & LARGEST
    mark(site, target_name(site), f"{collection_uid}/{ref}", number or 1)


def mark_whole(site, uid):
    """Look at the collection as a whole: it may be new, another or gone."""
    mark(site, target_name(site), uid, WHOLE)


def forget_collection(site, uid):
    """The ledger was removed: the index must forget it, too."""
    if find_state(site) is not None:
        mark_whole(site, uid)


def reindex(site, uids=None):
    """Have collections indexed anew, all if none are given; how many.

    The drainer does it, bit by bit, and goes on where it was stopped. Until then
    the present index answers.
    """
    state = need_state(site)
    uids = all_uids(site) if uids is None else list(uids)
    for uid in uids:
        set_progress(state, uid, waiting())
        mark_whole(site, uid)
    return len(uids)


def split(uid):
    """``(uid of the collection, ref or None)`` of the uid of a mark."""
    collection, slash, ref = uid.partition("/")
    return collection, ref if slash else None
