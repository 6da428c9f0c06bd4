"""Counting what goes: by the day it came."""

from ...exceptions import HoardError
from .stored import add
from .stored import day_of_key
from .stored import make_metering
from .stored import REMOVED
from .stored import TITLES
from collections import Counter
from zope.component.hooks import getSite
import logging


logger = logging.getLogger(__name__)


def submissions_removed(event):
    """Subscriber of `ISubmissionsRemoved`."""
    count_removed(getSite(), event.form_uid, event.keys, event.object.Title())


def ledger_removed(site, ledger):
    """To be called before a whole ledger is removed."""
    count_removed(site, ledger.form_uid, ledger.iter_keys(), ledger.title)


def count_removed(site, uid, keys, title=""):
    """Remember that the rows with *keys* were there."""
    days = Counter(map(day_of_key, keys))
    if not days or site is None:
        return
    try:
        stored = make_metering(site)
    except HoardError as error:
        # To remove what people sent must never fail for an invoice.
        logger.error("metering: %s", error)
        return
    for day, number in days.items():
        add(stored, REMOVED, uid, day, number)
    if title and stored[TITLES].get(uid) != title:
        stored[TITLES][uid] = title
