"""What the current user may do with a form, as Zope's policy says."""

from AccessControl import getSecurityManager
from AccessControl import Unauthorized


DELETE = "collective.hoard: Delete Submissions"
DESIGN = "collective.hoard: Design Form"
EXPORT = "collective.hoard: Export Submissions"
READ = "collective.hoard: View Submissions"
SUBMIT = "collective.hoard: Submit Form"
VIEW = "View"


def may(permission, form):
    """Whether the current user has *permission* (a title) on *form*."""
    return bool(getSecurityManager().checkPermission(permission, form))


def demand(permission, form):
    """:raises Unauthorized: the current user lacks *permission* on *form*."""
    if not may(permission, form):
        raise Unauthorized(f"You lack the permission {permission!r} here.")
