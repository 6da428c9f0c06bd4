"""The time zone in which the site shows times and people type them."""

from datetime import UTC
from plone.registry.interfaces import IRegistry
from zoneinfo import ZoneInfo
from zoneinfo import ZoneInfoNotFoundError
from zope.component import queryUtility


def site_zone():
    """A tzinfo: the portal's time zone, UTC where none is set."""
    registry = queryUtility(IRegistry)
    name = registry and registry.get("plone.portal_timezone")
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
