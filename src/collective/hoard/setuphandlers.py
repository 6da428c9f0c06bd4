"""What installing and uninstalling do besides the profiles' files."""

from .outbox import subscribers as outbox
from .storage import versioning
from Acquisition import aq_inner
from Acquisition import aq_parent


def install(setup_tool):
    """After the default profile."""
    versioning.install(setup_tool)
    outbox.install(_site(setup_tool))


def uninstall(setup_tool):
    """After the uninstall profile."""
    versioning.uninstall(setup_tool)
    outbox.uninstall(_site(setup_tool))


def _site(setup_tool):
    return aq_parent(aq_inner(setup_tool))
