"""Asking the scanner."""

from ..connections import configured
from ..connections.connectors.clamd import Clamd
from .interfaces import OFF
from .interfaces import QUARANTINE
from .interfaces import SERVICE
from .interfaces import STRICT
from collective.hoard import _
from plone.registry.interfaces import IRegistry
from zope.component import queryUtility


RECORD = "collective.hoard.scan_uploads"
NOT_CONFIGURED = _("No virus scanner (clamd) is configured in the control panel.")


class NoScanner(LookupError):
    """``args[0]`` says what is missing."""


def mode():
    """How this site scans: one of `interfaces`' ``OFF``, ``STRICT``, ``QUARANTINE``."""
    registry = queryUtility(IRegistry)
    found = registry.get(RECORD, OFF) if registry is not None else OFF
    return found if found in (STRICT, QUARANTINE) else OFF


def scan(site, stream):
    """The name of what clamd finds in *stream*, "" if that is nothing.

    The stream is read from its start, in chunks, and left there.

    :raises NoScanner: none is configured.
    :raises ServiceDown, ServiceRefused: see `connections.connectors.clamd`.
    """
    settings = configured(site, SERVICE)
    if settings is None:
        raise NoScanner(NOT_CONFIGURED)
    stream.seek(0)
    try:
        return Clamd(settings).scan(stream).signature
    finally:
        stream.seek(0)
