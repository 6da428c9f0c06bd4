"""What must happen when forms come, change and go."""

from .keeping import drop_empty_ledger
from .keeping import keep_ledger
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from zope.component.hooks import getSite


def form_saved(form, event):
    """Make the ledger when the form is saved, so that no two visitors race to.

    An object that is on its way in, without a UUID or outside of a site, gets
    its ledger with the next event.
    """
    if IUUID(form, None) and IContentish.providedBy(form):
        keep_ledger(form)


def form_removed(form, event):
    """The submissions of a form outlive it; an empty ledger does not."""
    if getSite() is not None and IUUID(form, None):
        drop_empty_ledger(form)
