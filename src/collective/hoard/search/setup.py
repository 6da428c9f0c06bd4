"""The search comes and goes with the add-on."""

from ..outbox import forget_target
from ..outbox import prepare
from .backends import target_name
from .backends import TARGETS
from .marking import reindex
from .state import find_state
from .state import forget
from .state import need_state
from .state import NewerLayout
from zope.component.hooks import getSite


INSTALL = "collective.hoard:default"
UNINSTALL = "collective.hoard:uninstall"


def profile_imported(event):
    """See `install` and `uninstall`."""
    site = getSite()
    if site is None or not event.full_import:
        return
    # Named as it was asked for: GenericSetup takes both spellings.
    profile = event.profile_id.removeprefix("profile-")
    if profile == INSTALL:
        install(site)
    elif profile == UNINSTALL:
        uninstall(site)


def install(site):
    """Make what the search needs; have what is there already indexed."""
    try:
        known = find_state(site)
    except NewerLayout:
        return  # Left alone; the control panel says so.
    prepare(site, **{target_name(site): "marks"})
    if known is None:
        need_state(site)
        reindex(site)


def uninstall(site):
    """Remove the index. What is in Solr stays there, and nobody asks for it: an
    administrator deletes the core, or the documents of the site."""
    forget(site)
    for target in TARGETS.values():
        forget_target(site, target)
