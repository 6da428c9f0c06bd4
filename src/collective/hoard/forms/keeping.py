"""A form and its ledger: one is kept in step with the other."""

from ..ledger import create_ledger
from ..ledger import get_ledger
from ..ledger import remove_ledger
from ..ledger.interfaces import LedgerMissing
from .behavior import stored_definition
from .definition import parse
from .events import DefinitionChangedEvent
from .interfaces import DefinitionChanged
from plone.uuid.interfaces import IUUID
from zope.component.hooks import getSite
from zope.event import notify
from zope.lifecycleevent import modified
import hashlib
import json


def find_ledger(form):
    """The ledger of *form*, or None; never writes."""
    try:
        return get_ledger(getSite(), IUUID(form))
    except LedgerMissing:
        return None


def keep_ledger(form):
    """The ledger of *form*, made if need be, with the form's title and its
    definition as current schema version."""
    ledger = create_ledger(getSite(), IUUID(form), title=form.Title())
    data = stored_definition(form)
    # A newer version may have written it, with or without fieldsets.
    if data.get("fieldsets") or ledger.current_schema():
        ledger.add_schema(data)
    return ledger


def drop_empty_ledger(form):
    """Remove the ledger of a *form* that goes away, if nothing was ever kept.

    Working copies come and go and would leave a ledger each.
    """
    ledger = find_ledger(form)
    if ledger is not None and not len(ledger):
        remove_ledger(getSite(), ledger.form_uid)


def fingerprint(form):
    """A short text that differs when the form's definition does."""
    text = json.dumps(stored_definition(form), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def set_definition(form, data, expected=None):
    """Check *data* and make it the definition of *form*.

    :param expected: the `fingerprint` the caller has seen, if it matters.
    :raises DefinitionError: nothing is stored.
    :raises DefinitionChanged: the definition is another one by now.
    """
    if expected is not None and expected != fingerprint(form):
        raise DefinitionChanged()
    parse(data)
    form.hoard_definition = json.loads(json.dumps(data))
    notify(DefinitionChangedEvent(form))
    modified(form)
