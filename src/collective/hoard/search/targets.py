"""The search as targets of the outbox: one for each index.

A mark of the index that is not used any more is taken and forgotten: the one that
took over has indexed everything anew.
"""

from ..connections import writable
from ..outbox import mark
from ..outbox.interfaces import ICollectingTarget
from ..outbox.interfaces import IMarkTarget
from ..outbox.interfaces import Refused
from ..outbox.interfaces import TargetDown
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
from .check import differences
from .interfaces import IndexUnavailable
from .interfaces import WHOLE
from .solr import DocumentRefused
from .state import COMPLETE
from .state import need_state
from .state import set_progress
from contextlib import contextmanager
from dataclasses import dataclass
from transaction import TransactionManager
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
        if index_name(root) != EMBEDDED:
            return
        state = need_state(root)
        for uid in adopt(root, state, EMBEDDED):
            mark(root, self.target, uid, WHOLE)
        index = writable_embedded(root)
        index.update(*documents_of(root, filter(is_single, marks)))
        for uid, progress in stale(root, state, marks).items():
            after = step(root, index, uid, progress)
            update_progress(root, state, uid, after, self.target)


@dataclass
class Collected:
    """What is read for Solr before it is sent."""

    index: object
    documents: list
    gone: list
    stale: dict


@implementer(ICollectingTarget)
class SolrTarget:
    """Sends to Solr; no transaction is open meanwhile."""

    target = TARGETS[SERVICE]

    def collect(self, root, marks):
        with _told():
            name = index_name(root)
            if not name.startswith(SERVICE):
                return None
            with _writing(root) as site:
                state = need_state(site)
                for uid in adopt(site, state, name):
                    mark(site, self.target, uid, WHOLE)
                found = stale(site, state, marks)
            documents, gone = documents_of(root, filter(is_single, marks))
            return Collected(solr(root), documents, gone, found)

    def update(self, root, collected):
        if collected is None:
            return
        with _told():
            collected.index.update(collected.documents, collected.gone)
            for uid, progress in collected.stale.items():
                self._step(root, collected.index, uid, progress)

    def _step(self, root, index, uid, progress):
        with _writing(root) as site:
            after = step(site, index, uid, progress)
            state = need_state(site)
            update_progress(site, state, uid, after, self.target)
