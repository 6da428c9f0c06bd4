"""Solr, by pysolr."""

from ..interfaces import IConnector
from ..interfaces import ServiceRefused
from .base import Connector
from .base import library
from .requesting import Requesting
from collective.hoard import _
from urllib.parse import urlsplit
from zope.interface import implementer


FINE = _("Solr ${version} answers; the core ${core} has ${count} documents.")
NO_CORE = _(
    "Solr ${version} answers, but it has no core named ${core}. Create it, or correct "
    "the end of the URL."
)
NOT_SOLR = _("Something answers at ${url}, but it is not Solr.")
NO_PATH = _("The URL must end with the name of a core, as in ${example}.")
OLD = _("This is Solr ${version}. Version 9 or newer is needed.")


@implementer(IConnector)
class SolrConnector(Connector):
    """See `IConnector`. The client is a `pysolr.Solr`; threads may share it."""

    title = _("Solr")
    schemes = ("http", "https")
    example = "http://127.0.0.1:8983/solr/hoard"

    def connect(self, settings):
        """See `IConnector`. Connects at the first use."""
        pysolr = library("pysolr", "solr")
        # pysolr asks what it is given as a session for get() and post() only.
        solr = pysolr.Solr(settings.url, session=Requesting(settings))
        solr.settings = settings
        solr.kind = settings.kind
        return solr

    def close(self, client):
        """See `IConnector`. Sockets belong to the pool."""

    def _ask(self, settings):
        if not urlsplit(settings.url).path.strip("/"):
            raise ServiceRefused(_(NO_PATH, mapping={"example": self.example}))
        http = Requesting(settings)
        server, _slash, core = settings.url.rstrip("/").rpartition("/")
        told = {"url": settings.url, "core": core}
        answer = _json(http.get(f"{server}/admin/info/system?wt=json"))
        told["version"] = version = _version(answer)
        if not version:
            raise ServiceRefused(_(NOT_SOLR, mapping=told))
        if int(version.split(".")[0]) < 9:
            raise ServiceRefused(_(OLD, mapping=told))
        found = http.get(f"{settings.url.rstrip('/')}/select?q=*:*&rows=0&wt=json")
        if found.status_code == 404:
            raise ServiceRefused(_(NO_CORE, mapping=told))
        told["count"] = _json(found).get("response", {}).get("numFound", "?")
        return _(FINE, mapping=told)


def _version(answer):
    found = answer.get("lucene", {})
    version = found.get("solr-spec-version") if isinstance(found, dict) else None
    return version if isinstance(version, str) and version[:1].isdigit() else None


def _json(response):
    """The JSON object in *response*; empty if it is none."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
