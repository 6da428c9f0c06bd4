"""Anything that speaks HTTP, by requests."""

from ..interfaces import IConnector
from .base import Connector
from .requesting import Requesting
from collective.hoard import _
from urllib.parse import urljoin
from urllib.parse import urlsplit
from zope.interface import implementer


FINE = _("${url} answers with HTTP ${status}.")


class HttpClient(Requesting):
    """Requests below the URL of the settings; threads may share it."""

    kind = "http"

    def __init__(self, settings):
        # Here a proxy of the environment is meant: the service may be far away.
        super().__init__(settings, environment=True)
        self.url = settings.url

    def request(self, method, path="", **arguments):
        """A `requests.Response`. *path* is relative to the URL of the settings.

        :raises ValueError: *path* leads to another server.
        :raises ServiceDown, ServiceRefused, SecretMissing:
        """
        url = urljoin(self.url, path)
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise ValueError(f"{path!r} leads to another server")
        return super().request(method, url, **arguments)


@implementer(IConnector)
class HttpConnector(Connector):
    """See `IConnector`. The client is an `HttpClient`."""

    title = _("HTTP")
    schemes = ("http", "https")
    example = "https://hooks.example.org/hoard"

    def connect(self, settings):
        """See `IConnector`. Connects at the first use."""
        return HttpClient(settings)

    def _ask(self, settings):
        answer = HttpClient(settings).request("HEAD")
        told = {"url": settings.url, "status": answer.status_code}
        return _(FINE, mapping=told)
