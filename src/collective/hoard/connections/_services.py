"""Clients of the services that a site has configured."""

from . import pools
from ._looking import foreign_connection
from ._looking import forget
from ._looking import writable
from .asking import asking
from .interfaces import IConnector
from .interfaces import SettingWrong
from .settings import configured
from collective.hoard import _
from contextlib import contextmanager
from dataclasses import replace
from zope.component import queryUtility


NO_CONNECTOR = _("There is no connector for services of the kind ${kind}.")


def connector_for(settings):
    """The `IConnector` for *settings*.

    :raises SettingWrong: there is none.
    """
    connector = queryUtility(IConnector, settings.kind)
    if connector is None:
        wrong = _(NO_CONNECTOR, mapping={"kind": settings.kind})
        raise SettingWrong(wrong, "kind")
    return connector


def client(site, name):
    """The client of the service *name*, kept on the ZODB connection of *site*;
    None if the service is not configured or switched off.

    For reading and searching; where the connection may not write, it refuses what
    it can tell to be writing (``may_write`` is False). It is made anew when the
    settings change.

    :raises SettingWrong, ServiceDown, ServiceRefused, ExtraMissing, SecretMissing:
    """
    settings = configured(site, name)
    if settings is None:
        return None
    key = f"collective.hoard:{name}"

    def make():
        return ServiceClient(settings, writable(site))

    wrapped = foreign_connection(site, key, make)
    if wrapped.settings != settings:
        forget(site, key)
        wrapped = foreign_connection(site, key, make)
    return wrapped.client


@contextmanager
def borrow(settings):
    """A client for *settings* from the pool of the process.

    For AMQP, MQTT and whatever else is dear to open. After an error in the
    ``with`` block it is closed, otherwise lent again.

    :raises ServiceDown: it is down, all clients are lent, or its breaker is open.
        What goes wrong within the block comes out in the same words.
    """
    connector = connector_for(settings)
    with asking(settings):
        pool = pools.pool(
            # Whatever a client is made from: changed settings hold at once.
            (settings.kind, replace(settings, name=""), settings.secret),
            settings.url,
            lambda: connector.connect(settings),
            connector.close,
            usable=getattr(connector, "usable", lambda client: True),
            wait=settings.timeout,
        )
        with pool.borrow() as (found, _is_used):
            yield found


class ServiceClient:
    """The client of a configured service, and what it was made from."""

    def __init__(self, settings, writes=True):
        self.settings = settings
        self.kind = settings.kind
        self.url = settings.url
        self._connector = connector_for(settings)
        self.client = self._connector.connect(settings)
        if not writes and hasattr(self.client, "may_write"):
            self.client.may_write = False

    def close(self):
        """Have the connector close it."""
        self._connector.close(self.client)
