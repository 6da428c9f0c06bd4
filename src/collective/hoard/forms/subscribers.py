"""What must happen when forms come, change and go."""

from ..ledger.interfaces import NewerLayout
from .keeping import keep_ledger
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
import logging


logger = logging.getLogger(__name__)


def form_saved(form, event):
    """Make the ledger when the form is saved, so that no two visitors race to.

    An object that is on its way in, without a UUID or outside of a site, gets
    its ledger with the next event.
    """
    if IUUID(form, None) and IContentish.providedBy(form):
        try:
            keep_ledger(form)
        except NewerLayout as error:
            # The rest of the form can be saved all the same.
            logger.warning("ledger left as it is: %s", error)
