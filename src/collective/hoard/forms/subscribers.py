"""What must happen when forms come, change and go."""

from ..ledger.interfaces import NewerLayout
from .keeping import drop_empty_ledger
from .keeping import keep_ledger
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from zope.component.hooks import getSite
import logging


logger = logging.getLogger(__name__)


def form_saved(form, event):
    """Make the ledger when the form is saved, so that no two visitors race to.

    An object that is on its way in, without a UUID or outside of a site, gets
    its ledger with the next event.
    """
    if IUUID(form, None) and IContentish.providedBy(form):
        _unless_newer(keep_ledger, form)


def form_removed(form, event):
    """The submissions of a form outlive it; an empty ledger does not."""
    if getSite() is not None and IUUID(form, None):
        _unless_newer(drop_empty_ledger, form)


def _unless_newer(act, form):
    """A ledger that a newer version wrote is left alone; the rest of what
    happens to the form may happen all the same."""
    try:
        act(form)
    except NewerLayout as error:
        logger.warning("ledger left as it is: %s", error)
