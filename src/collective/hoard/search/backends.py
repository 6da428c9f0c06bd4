"""Which index a site uses: Solr if it is configured, else the embedded one."""

from ..connections import client
from ..connections import configured
from ..connections.interfaces import ExtraMissing
from ..connections.interfaces import SecretMissing
from ..connections.interfaces import ServiceDown
from ..connections.interfaces import ServiceRefused
from ..connections.interfaces import SettingWrong
from ..forms.interfaces import in_english
from .embedded import EmbeddedIndex
from .interfaces import IndexUnavailable
from .solr import SolrIndex
from .state import find_state
from .state import need_state
from plone.uuid.interfaces import IUUID


#: The service of `connections` that takes over when it is configured.
SERVICE = "solr"
EMBEDDED = "embedded"
#: Targets in the outbox: one that writes to this database, one that does not.
TARGETS = {EMBEDDED: "search", SERVICE: "solr"}

UNUSABLE = (ExtraMissing, SecretMissing, ServiceDown, ServiceRefused, SettingWrong)


def index_name(site) -> str:
    """Names the index that is used: the same text, the same index."""
    settings = _configured(site)
    return EMBEDDED if settings is None else f"{SERVICE}:{settings.url}"


def uses_solr(site) -> bool:
    return _configured(site) is not None


def _configured(site):
    try:
        return configured(site, SERVICE)
    except SettingWrong as error:
        raise IndexUnavailable(in_english(error.args[0])) from error


def target_name(site) -> str:
    """The target in the outbox whose marks bring that index up to date."""
    try:
        return TARGETS[SERVICE if uses_solr(site) else EMBEDDED]
    except IndexUnavailable:
        return TARGETS[SERVICE]


def embedded(site):
    """The embedded index to search in, empty if there is none yet."""
    state = find_state(site)
    return EmbeddedIndex({} if state is None else state["collections"])


def writable_embedded(site):
    state = need_state(site)
    return EmbeddedIndex(state["collections"], state["building"])


def solr(site):
    """The index in Solr.

    :raises IndexUnavailable: not configured, or wrongly.
    """
    try:
        found = client(site, SERVICE)
    except UNUSABLE as error:
        raise IndexUnavailable(in_english(error.args[0])) from error
    if found is None:
        raise IndexUnavailable("Solr is not configured")
    return SolrIndex(found, IUUID(site, None) or "/".join(site.getPhysicalPath()))


def current(site):
    """The index that the site uses, to search in."""
    return solr(site) if uses_solr(site) else embedded(site)
