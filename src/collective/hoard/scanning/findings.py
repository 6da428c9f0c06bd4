"""A list of what was found, for the control panel. Only the drainer writes it."""

from .interfaces import Finding
from .verdicts import in_own_transaction
from BTrees.LOBTree import LOBTree
from datetime import datetime
from datetime import UTC
from persistent.mapping import PersistentMapping
from time import time_ns
from zope.annotation.interfaces import IAnnotations


ANNOTATION = "collective.hoard.scanning"
#: Older ones are dropped; the files stay held.
MOST = 500


def findings(site, count=20):
    """The newest `Finding`s, newest first."""
    stored = IAnnotations(site).get(ANNOTATION)
    if stored is None:
        return []
    newest = list(stored["findings"].keys())[-count:]
    return [_finding(key, stored["findings"][key]) for key in reversed(newest)]


def note(root, mark, field, filename, signature):
    """Add to the list what was found in a file of the row of *mark*."""

    def store(connection):
        site = connection.get(root._p_oid)
        found = _made(site)["findings"]
        found[time_ns() // 1000] = (mark.uid, mark.key, field, filename, signature)
        for key in list(found.keys())[:-MOST]:
            del found[key]

    in_own_transaction(root, store)


def forget(site):
    """Remove the list."""
    IAnnotations(site).pop(ANNOTATION, None)


def _made(site):
    annotations = IAnnotations(site)
    if ANNOTATION not in annotations:
        annotations[ANNOTATION] = PersistentMapping(version=1, findings=LOBTree())
    return annotations[ANNOTATION]


def _finding(key, values):
    return Finding(datetime.fromtimestamp(key / 1e6, UTC), *values)
