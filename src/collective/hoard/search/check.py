"""Whether an index holds what the database does: both sides read as streams, in the
order of their keys, and compared by token. Memory stays flat.
"""

from ..outbox import mark
from .backends import current
from .backends import index_name
from .backends import target_name
from .collections import all_uids
from .collections import collection
from .interfaces import IndexUnavailable
from .marking import mark_ref
from .marking import reindex
from .state import find_state
from .state import is_complete
from collections import Counter
from dataclasses import dataclass


#: What is wrong with one document.
MISSING, EXTRA, OLD = "missing", "extra", "old"
#: Marks between two commits of a repair.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """One collection: how many documents, and how many of them are not in the index
    (``missing``), only there (``extra``), or there as they were before (``old``).
    ``problem`` says why it could not be checked, "" if it was. ``repaired`` counts
    those that were marked, to be indexed again."""

    uid: str
    title: str
    documents: int = 0
    missing: int = 0
    extra: int = 0
    old: int = 0
    problem: str = ""
    repaired: int = 0

    @property
    def is_good(self):
        return not (self.missing or self.extra or self.old or self.problem)


def differences(ours, theirs):
    """Yield ``(what, key, ref)`` for each key; what is None where all is well.

    Both are streams of ``(key, ref, token)``, by key.
    """
    theirs = iter(theirs)
    there = next(theirs, None)
    for key, ref, token in ours:
        while there is not None and _place(there) < (key, ref or ""):
            yield EXTRA, there[0], there[1]
            there = next(theirs, None)
        if there is None or _place(there) != (key, ref or ""):
            yield MISSING, key, ref
            continue
        yield (None if there[2] == token else OLD), key, ref
        there = next(theirs, None)
    while there is not None:
        yield EXTRA, there[0], there[1]
        there = next(theirs, None)


def _place(found):
    return found[0], found[1] or ""


def check(site, repair=False, commit=lambda: None, uids=None):
    """Yield a `Checked` for each collection.

    :param repair: mark what is wrong, so that the drainer puts it right.
    :param commit: called after each 500 marks.
    """
    for uid in all_uids(site) if uids is None else uids:
        yield _checked(site, uid, repair, commit)


def _checked(site, uid, repair, commit):
    found = collection(site, uid)
    title = str(found.title) if found is not None else uid
    try:
        if found is None:
            return Checked(
                uid, title, problem="it is gone, or a newer version wrote it"
            )
        if not is_complete(find_state(site), uid, index_name(site)):
            return _unbuilt(site, found, title, repair, commit)
        return _compared(site, found, title, repair, commit)
    except IndexUnavailable as error:
        return Checked(uid, title, problem=str(error))


def _unbuilt(site, found, title, repair, commit):
    if repair:
        reindex(site, [found.uid])
        commit()
    count = len(found)
    problem = "" if repair else "the index has not been built yet"
    return Checked(
        found.uid, title, count, count, 0, 0, problem, count if repair else 0
    )


def _compared(site, found, title, repair, commit):
    counts, repaired = Counter(), 0
    for what, key, ref in differences(found.tokens(), current(site).tokens(found.uid)):
        counts[what] += 1
        if what is not None and repair:
            _mark(site, found.uid, key, ref)
            repaired += 1
            if repaired % BATCH == 0:
                commit()
    if repaired:
        commit()
    return Checked(
        found.uid,
        title,
        sum(counts.values()) - counts[EXTRA],
        counts[MISSING],
        counts[EXTRA],
        counts[OLD],
        repaired=repaired,
    )


def _mark(site, uid, key, ref):
    if ref is not None:
        mark_ref(site, uid, ref)
    else:
        mark(site, target_name(site), uid, key)
