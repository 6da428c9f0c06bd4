"""Rows with files that nobody has scanned are put into the outbox."""

from ..ledger import get_ledger
from ..ledger.files import files_in
from ..ledger.files import held
from ..ledger.files import UNSCANNED
from ..outbox import mark
from .interfaces import QUARANTINE
from .interfaces import TARGET
from .scanner import mode
from zope.component.hooks import getSite


def submission_added(form, event):
    """Nothing new is held but in quarantine mode: do not even look."""
    if mode() == QUARANTINE:
        mark_unscanned(form, event)


def mark_unscanned(form, event):
    """Mark the rows that hold files back until they are scanned."""
    site = getSite()
    ledger = get_ledger(site, event.form_uid)
    for key in event.keys:
        if any(True for _ in unscanned(ledger.get(key).values)):
            mark(site, TARGET, event.form_uid, key)


def unscanned(values):
    """Yield ``(field id, file value)`` of the files that wait for the scanner."""
    for id, value in values.items():
        for one in files_in(value):
            if held(one) == UNSCANNED:
                yield id, one
