"""What must happen when a site comes, is copied, or loses the add-on."""

from ._registry import forget
from ._registry import prepare
from ._registry import suspend
from ._state import outbox_state
import logging


logger = logging.getLogger(__name__)

#: Targets that every site has; those with names of their own are made when they
#: are configured.
TARGETS = {"search": "marks", "mail": "messages"}


def site_copied(site, event):
    """Begin with an empty outbox: the original sends what is in its own."""
    forget(site)
    prepare(site, **TARGETS)


def install(site):
    """Make the outbox before anybody needs it."""
    prepare(site, **TARGETS)


def uninstall(site):
    """Keep what is pending, deliver it no more; a later install goes on with it."""
    left = {name: state.pending for name, state in outbox_state(site).items()}
    if any(left.values()):
        logger.warning("outbox: kept, and not delivered any more: %s", left)
    suspend(site)
