"""Removing submissions: chosen ones, all of them, or those whose time is over."""

from .events import SubmissionsRemoved
from .keeping import find_ledger
from .token import MAX_AGE
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from itertools import islice
from plone.uuid.interfaces import IUUID
from zope.event import notify


BATCH = 500


def remove(form, keys):
    """Remove the submissions with *keys*; return how many there were."""
    ledger = find_ledger(form)
    if ledger is None:
        return 0
    # Only what was there: whoever counts by the event must not count twice.
    keys = tuple(key for key in dict.fromkeys(keys) if key in ledger)
    removed = ledger.remove(*keys)
    if removed:
        notify(SubmissionsRemoved(form, IUUID(form), keys))
    return removed


def remove_up_to(form, newest):
    """Remove the submission with key *newest* and all before it.

    What arrived after somebody looked at the list is kept.
    """
    ledger = find_ledger(form)
    if ledger is None:
        return 0
    return _remove_batches(form, ledger, lambda row: row.key <= newest)


def expire(form, now=None, commit=lambda: None):
    """Remove what the retention time of *form* says; return how many rows.

    :param commit: called after each batch of 500 rows, so that a large
        clean-up neither fills memory nor stands in visitors' way.
    """
    ledger = find_ledger(form)
    if ledger is None:
        return 0
    now = now or datetime.now(UTC)
    while ledger.expire_tokens(now - 2 * MAX_AGE):
        commit()
    days = getattr(form, "hoard_retention_days", None)
    if not days:
        return 0
    until = now - timedelta(days=days)
    return _remove_batches(form, ledger, lambda row: row.submitted < until, commit)


def _remove_batches(form, ledger, wanted, commit=lambda: None):
    """Remove rows, oldest first, as long as they are *wanted*."""
    total = 0
    while True:
        rows = islice(ledger.iter_rows(), BATCH)
        keys = [row.key for row in rows if wanted(row)]
        if not keys:
            return total
        total += remove(form, keys)
        commit()
