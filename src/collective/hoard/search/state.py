"""What the search of a site has stored: which index it uses, how far each
collection is, and the embedded index itself. Built-in classes only.
"""

from ..annotations import find_annotation
from .interfaces import SearchError
from BTrees.OOBTree import OOBTree
from dataclasses import dataclass
from persistent.mapping import PersistentMapping
from time import time
from zope.annotation.interfaces import IAnnotations


ANNOTATION_KEY = "collective.hoard.search"
VERSION = 1

#: How far a collection is in the index.
WAITING, RUNNING, COMPLETE = "waiting", "running", "complete"


class NewerLayout(SearchError):
    """A newer version of the add-on wrote the index; we must not touch it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One collection: ``done`` documents so far, the last with key ``position``
    (None: none); ``fingerprint`` is that of its documents. Times are seconds
    since 1970 or None."""

    phase: str
    position: int | None = None
    done: int = 0
    fingerprint: str = ""
    started: float | None = None
    finished: float | None = None

    def stored(self):
        return (
            self.phase,
            self.position,
            self.done,
            self.fingerprint,
            self.started,
            self.finished,
        )


def waiting():
    return Progress(WAITING, started=time())


def find_state(site):
    """The stored mapping, or None; never writes.

    :raises NewerLayout:
    """
    found = find_annotation(site, ANNOTATION_KEY)
    if found is not None and found["version"] > VERSION:
        raise NewerLayout(
            f"the index has layout {found['version']}, this version knows {VERSION}; "
            "install the newer collective.hoard"
        )
    return found


def need_state(site):
    """The stored mapping, made if there is none."""
    found = find_state(site)
    if found is None:
        found = IAnnotations(site)[ANNOTATION_KEY] = PersistentMapping(
            version=VERSION,
            index="",
            progress=OOBTree(),
            collections=OOBTree(),
            building=OOBTree(),
        )
    return found


def forget(site):
    """Remove all of it, the embedded index too."""
    IAnnotations(site).pop(ANNOTATION_KEY, None)


def progress_of(state, uid):
    """The `Progress` of a collection, None where nothing is known."""
    stored = None if state is None else state["progress"].get(uid)
    return None if stored is None else Progress(*stored)


def set_progress(state, uid, progress):
    state["progress"][uid] = progress.stored()


def is_complete(state, uid, index):
    """Whether all of the collection can be found in the index called *index*."""
    if state is None or state["index"] != index:
        return False
    found = progress_of(state, uid)
    # An index that is being built anew still has all there was.
    return found is not None and (found.phase == COMPLETE or bool(found.finished))
