"""Bringing an index up to date: single documents, and whole collections by and by.

Called by the targets of the outbox, one drainer at a time. Whatever is here may be
repeated: nothing is worse for it.
"""

from .collections import all_uids
from .collections import collection
from .embedded import is_outdated
from .interfaces import WHOLE
from .marking import split
from .solr import DocumentRefused
from .state import COMPLETE
from .state import Progress
from .state import progress_of
from .state import RUNNING
from .state import set_progress
from .state import WAITING
from .state import waiting
from dataclasses import replace
from itertools import islice
from time import time


def documents_of(site, marks, known=None):
    """``(documents, gone)`` for *marks* of single documents; see `IIndex.update`."""
    known = {} if known is None else known
    documents, gone = [], []
    for one in marks:
        uid, ref = split(one.uid)
        if uid not in known:
            known[uid] = collection(site, uid)
        found = known[uid]
        key = one.key if ref is None else None
        document = None if found is None else found.document(key, ref)
        if document is None:
            gone.append((uid, key, ref))
        else:
            documents.append(document)
    return documents, gone


def adopt(site, state, name):
    """Make *state* that of the index called *name*; the uids to index anew, none if
    it is that already."""
    if state["index"] == name:
        return []
    state["index"] = name
    for part in ("progress", "collections", "building"):
        state[part].clear()
    uids = all_uids(site)
    for uid in uids:
        set_progress(state, uid, waiting())
    return uids


def stale(site, state, marks):
    """Collections of *marks* that must be indexed as a whole: they are new to the
    index, or their fields have changed, or somebody asked for it, or an earlier
    version has written them another way."""
    found = {}
    for uid in {split(one.uid)[0] for one in marks}:
        progress = progress_of(state, uid)
        if progress is not None and progress.phase != COMPLETE:
            found[uid] = progress
            continue
        one = collection(site, uid)
        if one is None:
            found[uid] = progress or waiting()
        elif _is_old(state, uid, progress, one):
            finished = progress and progress.finished
            found[uid] = Progress(WAITING, started=time(), finished=finished)
    return found


def _is_old(state, uid, progress, found):
    if progress is None or progress.fingerprint != found.fingerprint:
        return True
    stored = state["collections"].get(uid)
    return stored is not None and is_outdated(stored)


def step(site, index, uid, progress):
    """Index the next documents of a collection.

    :return: ``(progress, refused)``: the `Progress` afterwards, None if the
        collection is gone; the documents that the index does not take.
    """
    found = collection(site, uid)
    if found is None:
        index.drop(uid)
        return None, []
    if progress.phase == WAITING or progress.fingerprint != found.fingerprint:
        index.begin(uid)
        progress = Progress(
            RUNNING,
            fingerprint=found.fingerprint,
            started=time(),
            finished=progress.finished,
        )
    made = _Noting(islice(found.documents(progress.position), index.step))
    refused = _refused(index, made)
    progress = replace(
        progress,
        position=progress.position if made.last is None else made.last,
        done=progress.done + made.count,
    )
    if made.count == index.step:
        return progress, refused
    index.finish(uid)
    return replace(progress, phase=COMPLETE, finished=time()), refused


class _Noting:
    """Iterates over documents, and knows how many there were, and the last key."""

    def __init__(self, documents):
        self._documents = documents
        self.count, self.last = 0, None

    def __iter__(self):
        for document in self._documents:
            self.count += 1
            self.last = document.key
            yield document


def _refused(index, documents):
    """Add *documents*; those that the index does not take."""
    try:
        index.update(documents)
    except DocumentRefused as error:
        return list(_added(index, error.documents))
    return []


def _added(index, documents):
    """Add *documents*; yield those that are refused, found by halves."""
    try:
        index.update(documents)
    except DocumentRefused:
        if len(documents) == 1:
            yield documents[0]
            return
        middle = len(documents) // 2
        yield from _added(index, documents[:middle])
        yield from _added(index, documents[middle:])


def is_single(mark):
    return mark.key != WHOLE
