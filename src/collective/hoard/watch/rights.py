"""Permissions of monitoring; they hold for the site as a whole."""

from AccessControl import getSecurityManager
from AccessControl import Unauthorized
from zope.component.hooks import getSite


VIEW = "collective.hoard: View Monitoring"
ACKNOWLEDGE = "collective.hoard: Acknowledge Monitoring"
MANAGE = "collective.hoard: Manage Monitoring"
SUBMIT = "collective.hoard: Submit Monitoring"
#: Owner group of checks whose makers may manage monitoring: the poller trusts it.
TRUSTED = "Administrators"
#: Owner group of checks that editors make of content: public addresses only.
CONTENT = "content"


def may(permission):
    """Whether the current user has *permission* (a title) on the site."""
    return bool(getSecurityManager().checkPermission(permission, getSite()))


def demand(permission):
    """:raises Unauthorized: the current user lacks *permission*."""
    if not may(permission):
        raise Unauthorized(f"You lack the permission {permission!r} here.")


def user_name():
    """The current user's id, for what is written with a name."""
    return getSecurityManager().getUser().getId() or "anonymous"
