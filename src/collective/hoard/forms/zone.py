"""The time zone in which the site shows times and people type them."""

from datetime import UTC
from DateTime.interfaces import IDateTime
from plone.base.i18nl10n import ulocalized_time
from plone.registry.interfaces import IRegistry
from zoneinfo import ZoneInfo
from zoneinfo import ZoneInfoNotFoundError
from zope.component import queryUtility
from zope.interface import implementer


def site_zone():
    """A tzinfo: the portal's time zone, UTC where none is set."""
    registry = queryUtility(IRegistry)
    name = registry and registry.get("plone.portal_timezone")
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def localized(moment, context, request, long_format=True):
    """*moment*, an aware datetime, in the site's zone and the visitor's format: with
    the hour, or the day alone.
    """
    clock = _WallClock(moment.astimezone(site_zone()))
    return ulocalized_time(
        clock, long_format=long_format, context=context, request=request
    )


@implementer(IDateTime)
class _WallClock:
    """What Plone's formatting asks of a time; Zope's own DateTime would turn it
    into the zone of the server."""

    def __init__(self, local):
        self.strftime = local.strftime
