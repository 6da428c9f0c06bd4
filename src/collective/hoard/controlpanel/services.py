"""The services of a site, as the registry has them."""

from ..connections import ServiceSettings
from ..connections.interfaces import IConnector
from ..connections.interfaces import IServiceDirectory
from ..connections.interfaces import SettingWrong
from ..connections.redact import without_secrets
from .interfaces import IServiceRecords
from dataclasses import dataclass
from plone.registry.interfaces import IRegistry
from zope.component import getUtility
from zope.interface import implementer


PREFIX = "collective.hoard.connections"
#: Services that can be configured: each has the connector of the same name.
NAMES = ("solr", "sql", "amqp", "mqtt", "clamd", "http")


@implementer(IServiceDirectory)
class RegistryServices:
    """See `IServiceDirectory`. An adapter of the site."""

    def __init__(self, site):
        self.site = site

    def names(self):
        """See `IServiceDirectory`."""
        return NAMES

    def get(self, name):
        """See `IServiceDirectory`."""
        records = _records(name)
        if records is None or not records.enabled or not records.url:
            return None
        return settings_from(name, records)


def settings_from(name, records):
    """`ServiceSettings` of an `IServiceRecords`.

    :raises SettingWrong: they cannot be used.
    """
    return ServiceSettings(
        name=name,
        kind=name,
        url=records.url or "",
        timeout=records.timeout,
        connect_timeout=records.connect_timeout,
        secret_reference=records.secret or "",
    )


def prefix_of(name):
    """Where the registry has the records of the service *name*."""
    return f"{PREFIX}.{name}"


def _records(name):
    if name not in NAMES:
        return None
    registry = getUtility(IRegistry)
    return registry.forInterface(IServiceRecords, check=False, prefix=prefix_of(name))


@dataclass(frozen=True, slots=True)
class Service:
    """A service as a page shows it; ``records`` are its `IServiceRecords`."""

    name: str
    connector: object
    records: object

    @property
    def url(self):
        """Where it is; empty if nobody said."""
        return self.records.url or ""

    @property
    def shown_url(self):
        """The URL as a person may see it: it may have come by another way."""
        return without_secrets(self.url)

    @property
    def enabled(self):
        """Whether it is in use."""
        return bool(self.records.enabled and self.url)

    @property
    def problem(self):
        """What is wrong with its settings, a message; or None."""
        try:
            if self.enabled:
                settings_from(self.name, self.records)
        except SettingWrong as wrong:
            return wrong.message
        return None


def services():
    """A `Service` for each that can be configured."""
    return [find_service(name) for name in NAMES]


def find_service(name):
    """The `Service` of that name, or None."""
    records = _records(name)
    if records is None:
        return None
    return Service(name, getUtility(IConnector, name), records)
