"""What is stored for metering: in an annotation of the site root.

Submissions are not counted as they come. The keys of a ledger's rows tell the
day, so rows that are there can be counted when somebody asks; rows that are
removed are counted as they go, by the day they came. So a submission writes
nothing more, two visitors never meet at a counter, and the sum is exact also
for the time before the add-on metered.
"""

from .interfaces import NewerLayout
from BTrees.LLBTree import LLBTree
from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations


ANNOTATION_KEY = "collective.hoard.metering"
VERSION = 1
#: Each an OOBTree {form UID: LLBTree {day: number}}; days since 1970 in UTC.
REMOVED, SEARCHES, BYTES, PEAK = "removed", "searches", "bytes", "peak"
#: {form UID: title}, of forms whose ledger is gone.
TITLES = "titles"
DAY_MS = 86_400_000


def day_of_key(key) -> int:
    """The day that the row with *key* came."""
    return (key >> 20) // DAY_MS


def find_metering(site):
    """The stored form, or None. Never writes.

    :raises NewerLayout:
    """
    stored = IAnnotations(site).get(ANNOTATION_KEY)
    if stored is not None and stored["version"] > VERSION:
        raise NewerLayout("A newer version of collective.hoard metered this site.")
    return stored


def make_metering(site):
    stored = find_metering(site)
    if stored is None:
        stored = PersistentMapping(version=VERSION, titles=OOBTree())
        for name in (REMOVED, SEARCHES, BYTES, PEAK):
            stored[name] = OOBTree()
        IAnnotations(site)[ANNOTATION_KEY] = stored
    return stored


def days_of(stored, name, uid):
    """``{day: number}`` of a form, made if there is none."""
    days = stored[name].get(uid)
    if days is None:
        days = stored[name][uid] = LLBTree()
    return days


def add(stored, name, uid, day, number):
    days = days_of(stored, name, uid)
    days[day] = days.get(day, 0) + number
