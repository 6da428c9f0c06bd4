"""Site-wide limits, kept in the registry and set in the control panel."""

from .interfaces import Limits
from plone.registry.interfaces import IRegistry
from zope.component import queryUtility


PREFIX = "collective.hoard"


def get_limits():
    """The `Limits` of the current site; defaults where a record is missing."""
    registry = queryUtility(IRegistry)
    if registry is None:
        return Limits()
    default = Limits()

    def read(name, fallback, factor=1):
        value = registry.get(f"{PREFIX}.{name}")
        return fallback if value is None else value * factor

    return Limits(
        text_length=read("text_length", default.text_length),
        file_size=read("file_size", default.file_size, 1024),
        fill_seconds=read("fill_seconds", default.fill_seconds),
        page_size=read("page_size", default.page_size),
    )
