"""A model of alm.solrindex 1.2, as `worker.py` asks for it: pages in a folder.

Python 3 cannot compile that package. This is its strategy, by its documentation and
code: a client for each object on the ZODB connection, without a time-out; a document
is posted while it is indexed; Solr's commit follows in ``tpc_finish``; an abort takes
nothing back.
"""

from faults_inside import Participant
from plone.dexterity.interfaces import IDexterityContent
from plone.uuid.interfaces import IUUID
from product_solr_collective import add  # noqa: F401 - asked for by the worker
from product_solr_collective import make_place  # noqa: F401
from product_solr_collective import shown  # noqa: F401
from product_solr_collective import stored  # noqa: F401
from product_solr_collective import tokens  # noqa: F401
from product_solr_collective import waiting  # noqa: F401
from zope.component import getGlobalSiteManager
from zope.component.hooks import getSite
from zope.lifecycleevent.interfaces import IObjectAddedEvent
import pysolr
import transaction


PROFILE = None


def prepare(site):
    """Documents are indexed from now on, by processes that load this module, too."""


def version_of(site):
    return "alm.solrindex 1.2 (a model of its strategy)"


def connect_solr(site, url):
    site.solr_url = url


def searched(site, id):
    """The model does not search."""


def set_commit_within(site, milliseconds):
    """It knows none."""


def set_timeout(site, seconds):
    """It has none."""


def repair(site):
    """Its catalog can be indexed anew; the model has none."""


class NoSavepoint:
    """What was posted stays."""

    def rollback(self):
        pass


class Manager(Participant):
    """One for each ZODB connection; takes part once in a transaction."""

    def __init__(self, url):
        super().__init__(url)
        self._client = pysolr.Solr(url, timeout=None)
        self._joined = False

    def index(self, document):
        if not self._joined:
            transaction.get().join(self)
            self._joined = True
        self._client.add([document], commit=False)

    def savepoint(self):
        return NoSavepoint()

    def tpc_finish(self, transaction):
        try:
            self._client.commit()
        finally:
            self._joined = False

    def abort(self, transaction):
        self._client.get_session().close()
        self._joined = False


def added(page, event):
    site = getSite()
    url = getattr(site, "solr_url", None)
    if url and page.portal_type == "Document":
        _manager(site, url).index(_document(page))


def _manager(site, url):
    jar = site._p_jar
    if not hasattr(jar, "foreign_connections"):
        jar.foreign_connections = {}
    if site._p_oid not in jar.foreign_connections:
        jar.foreign_connections[site._p_oid] = Manager(url)
    return jar.foreign_connections[site._p_oid]


def _document(page):
    path = "/".join(page.aq_parent.getPhysicalPath())
    return {
        "UID": IUUID(page),
        "Title": page.title,
        "Description": page.description,
        "Subject": list(page.subject),
        "portal_type": page.portal_type,
        "path_parents": [path],
    }


getGlobalSiteManager().registerHandler(added, [IDexterityContent, IObjectAddedEvent])
