"""The settings as they are now."""

from ..monitoring.checks.secrets import resolve
from .interfaces import IWatchSettings
from .interfaces import NotConfigured
from .interfaces import PLACEHOLDER
from .interfaces import PREFIX
from plone.registry.interfaces import IRegistry
from urllib.parse import quote
from zope.component import queryUtility


def settings():
    """The records; the defaults where the add-on's profile was not applied."""
    registry = queryUtility(IRegistry)
    if registry is None:
        return Defaults()
    return registry.forInterface(IWatchSettings, check=False, prefix=PREFIX)


class Defaults:
    def __getattr__(self, name):
        return IWatchSettings[name].default


def database_url():
    """Path or address of the database, the secret filled in.

    :raises NotConfigured: There is none.
    :raises CheckUnusable: The secret is not where the settings say.
    """
    found = settings()
    url = (found.database or "").strip()
    if not url:
        raise NotConfigured("No monitoring database is set.")
    if url.startswith(("env:", "file:/")):
        url = resolve(url)
    if PLACEHOLDER in url:
        url = url.replace(
            PLACEHOLDER, quote(resolve(found.database_secret or ""), safe="")
        )
    return url


def patience():
    """Milliseconds that the database may take for one answer."""
    seconds = settings().patience or IWatchSettings["patience"].default
    return seconds * 1000


def is_configured():
    return bool((settings().database or "").strip())


def public_groups():
    """Names of the groups that everybody may see; empty where nothing is public."""
    found = settings()
    return frozenset(found.public_groups or ()) if found.public else frozenset()
