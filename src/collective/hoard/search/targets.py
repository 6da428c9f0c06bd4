"""The search as targets of the outbox: one for each index.

A mark of the index that is not used any more is taken and forgotten: the one that
took over has indexed everything anew.
"""

from ..outbox import mark
from ..outbox.interfaces import ICollectingTarget
from ..outbox.interfaces import IMarkTarget
from ..outbox.interfaces import Refused
from ..outbox.interfaces import TargetDown
from ..outbox.once import Session
from ..outbox.sites import finder_of
from .backends import EMBEDDED
from .backends import index_name
from .backends import SERVICE
from .backends import solr
from .backends import TARGETS
from .backends import writable_embedded
from .building import adopt
from .building import documents_of
from .building import is_single
from .building import stale
from .building import step
from .interfaces import IndexUnavailable
from .interfaces import WHOLE
from .solr import DocumentRefused
from .state import COMPLETE
from .state import find_state
from .state import need_state
from .state import set_progress
from contextlib import contextmanager
from dataclasses import dataclass
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.interface import implementer


def update_progress(site, state, uid, progress, target):
    """Remember how far a collection is, and go on with it later if it is not done."""
    if progress is None:
        if uid in state["progress"]:
            del state["progress"][uid]
        return
    set_progress(state, uid, progress)
    if progress.phase != COMPLETE:
        mark(site, target, uid, WHOLE)


@implementer(IMarkTarget)
class EmbeddedTarget:
    """Writes the embedded index; with the removal of the marks, in one
    transaction."""

    in_database = True
    target = TARGETS[EMBEDDED]

    def update(self, root, marks):
        with _told():
            self._update(root, marks)

    def _update(self, root, marks):
        if index_name(root) != EMBEDDED:
            return
        state = need_state(root)
        for uid in adopt(root, state, EMBEDDED):
            mark(root, self.target, uid, WHOLE)
        index = writable_embedded(root)
        index.update(*documents_of(root, filter(is_single, marks)))
        for uid, progress in stale(root, state, marks).items():
            after, _none = step(root, index, uid, progress)
            update_progress(root, state, uid, after, self.target)


@dataclass(frozen=True)
class Collected:
    """What is read for Solr before it is sent. ``wipe``: this site's documents in
    there are of long ago."""

    index: object
    documents: list
    gone: list
    stale: dict
    wipe: bool


@implementer(ICollectingTarget)
class SolrTarget:
    """Sends to Solr; no transaction is open while it sends single documents."""

    target = TARGETS[SERVICE]

    def collect(self, root, marks):
        with _told():
            name = index_name(root)
            if not name.startswith(SERVICE):
                return None
            state = find_state(root)
            if state is None or state["index"] != name:
                _write(root, lambda site: self._adopt(site, name))
                # As it was when this transaction began, or later: all is new then.
                return Collected(solr(root), [], [], {}, True)
            documents, gone = documents_of(root, filter(is_single, marks))
            found = stale(root, state, marks)
            return Collected(solr(root), documents, gone, found, state.get("wipe"))

    def _adopt(self, site, name):
        state = need_state(site)
        for uid in adopt(site, state, name):
            mark(site, self.target, uid, WHOLE)
        state["wipe"] = True

    def update(self, root, collected):
        if collected is None:
            return
        with _told():
            if collected.wipe:
                collected.index.drop_site()
                _write(root, lambda site: need_state(site).pop("wipe", None))
            collected.index.update(collected.documents, collected.gone)
            for uid, progress in collected.stale.items():
                _write(root, lambda s, a=(uid, progress): self._step(s, *a))

    def _step(self, site, uid, progress):
        state = need_state(site)
        after, refused = step(site, solr(site), uid, progress)
        update_progress(site, state, uid, after, self.target)
        for document in refused:
            # On its own it is parked, with what Solr says about it.
            mark(site, self.target, document.uid, document.key)


def _write(root, change):
    """``change(site)`` in a transaction and connection of its own: what a target
    stores in those of the drainer is lost."""
    session = Session(root._p_jar.db(), finder_of(root))
    try:
        return session.write(lambda site: _as_site(site, change))
    finally:
        session.close()


def _as_site(site, change):
    previous = getSite()
    setSite(site)
    try:
        return change(site)
    finally:
        setSite(previous)


@contextmanager
def _told():
    """Say what went wrong as the outbox wants it."""
    try:
        yield
    except DocumentRefused as error:
        raise Refused(str(error)) from error
    except IndexUnavailable as error:
        raise TargetDown(str(error)) from error
