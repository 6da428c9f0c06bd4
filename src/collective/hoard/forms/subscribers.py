"""What must happen when forms come, change and go."""

from .keeping import keep_ledger
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish


def form_saved(form, event):
    """Make the ledger when the form is saved, so that no two visitors race to.

    An object that is on its way in, without a UUID or outside of a site, gets
    its ledger with the next event.
    """
    if IUUID(form, None) and IContentish.providedBy(form):
        keep_ledger(form)
