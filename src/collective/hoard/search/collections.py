"""What can be searched on a site: forms, and what else was opted in."""

from ..forms.interfaces import IHoardForm
from ..forms.rights import may
from ..forms.rights import READ
from ..ledger import get_ledger
from ..ledger import ledger_uids
from ..ledger.interfaces import LedgerMissing
from ..ledger.interfaces import NewerLayout
from .content import content_collection
from .interfaces import CONTENT
from .interfaces import RECORD
from .records import record_collection
from .records import record_collections
from .rows import Rows
from Products.CMFCore.utils import getToolByName


def collection(site, uid):
    """The `ICollection` called *uid*, or None. Asks for no rights."""
    if uid.startswith(RECORD):
        return record_collection(site, uid)
    if uid.startswith(CONTENT):
        return content_collection(site)
    try:
        return Rows(get_ledger(site, uid))
    except (LedgerMissing, NewerLayout):
        return None


def all_uids(site):
    """The uids of all there are, whoever may read them."""
    found = [*ledger_uids(site), *(one.uid for one in record_collections(site))]
    content = content_collection(site)
    return [*found, *([content.uid] if content is not None else [])]


def readable(site, uids=None):
    """``{uid: ICollection}`` of what the current user may search.

    Forms: whoever has the permission to view their submissions. Records and
    content: everybody, but each finds only what he may see.
    """
    found = {}
    for form in forms(site, ledger_uids(site) if uids is None else uids):
        if (rows := readable_form(site, form)) is not None:
            found[rows.uid] = rows
    others = [*record_collections(site), content_collection(site)]
    for one in filter(None, others):
        if uids is None or one.uid in uids:
            found[one.uid] = one
    return found


def readable_form(site, form):
    """The rows of *form* if the current user may read them, or None."""
    if not may(READ, form):
        return None
    try:
        return Rows(get_ledger(site, form.UID()), form)
    except (LedgerMissing, NewerLayout):
        return None


def forms(site, uids):
    """The forms with these UIDs, wherever they are by now."""
    uids = list(uids)
    if not uids:
        return
    catalog = getToolByName(site, "portal_catalog")
    for brain in catalog.unrestrictedSearchResults(UID=uids):
        try:
            form = brain._unrestrictedGetObject()
        except (AttributeError, KeyError):
            continue  # An entry that outlived its form.
        if IHoardForm.providedBy(form):
            yield form
