"""Every back end over the same rows."""

from collective.hoard.controlpanel.services import prefix_of
from collective.hoard.ledger._ledger import Ledger
from collective.hoard.ledger._ledger import new_storage
from collective.hoard.search.embedded import EmbeddedIndex
from collective.hoard.search.embedded._storage import fold
from collective.hoard.search.interfaces import Scope
from collective.hoard.search.rows import Rows
from collective.hoard.search.scan import Scan
from collective.hoard.search.solr import SolrIndex
from datetime import datetime
from datetime import UTC
from plone import api
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from zope.configuration import xmlconfig
import pysolr
import pytest
import transaction


def field(kind, id=None, **settings):
    id = id or kind
    return {"id": id, "kind": kind, "title": id.title(), **settings}


def definition(*fields):
    return {"version": 1, "fieldsets": [{"id": "main", "fields": list(fields)}]}


COLOURS = [
    {"value": "r", "title": "Dunkelrot"},
    {"value": "b", "title": "Blau"},
    {"value": "g", "title": "Grün"},
]
FORM = definition(
    field("text", "name"),
    field("long_text", "message"),
    field("integer", "age"),
    field("decimal", "price"),
    field("yes_no", "agreed"),
    field("one_of", "colour", options=COLOURS),
    field("many_of", "likes", options=COLOURS),
    field("date", "day"),
    field("date_time", "moment"),
)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def kinds():
    """The kinds of field as utilities, without a site."""
    import collective.hoard.forms.kinds
    import zope.component

    pushGlobalRegistry()
    context = xmlconfig.file("meta.zcml", zope.component)
    xmlconfig.file("configure.zcml", collective.hoard.forms.kinds, context=context)
    yield
    popGlobalRegistry()


class Store:
    """Ledgers without a site, and a back end that is kept in step with them."""

    def __init__(self, make_backend):
        self.collections = {}
        self.backend = make_backend(self.collections)
        self._now = int(START.timestamp() * 1000)

    def clock(self):
        self._now += 3_600_000
        return self._now

    def ledger(self, uid="form", data=FORM):
        ledger = Ledger(uid, new_storage(uid, START), self.clock)
        ledger.add_schema(data)
        self.collections[uid] = Rows(ledger)
        return ledger

    def add(self, *several, uid="form"):
        """Add rows; their keys, oldest first."""
        if uid not in self.collections:
            self.ledger(uid)
        ledger = self.collections[uid].ledger
        keys = [ledger.add(values, schema=1) for values in several]
        self.index(uid, *keys)
        return keys

    def index(self, uid, *keys):
        """What the drainer does for marks."""
        found = [(key, self.collections[uid].document(key)) for key in keys]
        self.backend.update(
            [document for _, document in found if document is not None],
            [(uid, key, None) for key, document in found if document is None],
        )

    def scope(self, *uids, readers=None):
        return Scope(uids or tuple(self.collections), readers)


class ScanOnly(Scan):
    def update(self, documents, gone=()):
        pass


class Folded(EmbeddedIndex):
    """Everything in the trees, nothing in the tail."""

    def update(self, documents, gone=()):
        super().update(documents, gone)
        for collection in self._collections.values():
            fold(collection)


class Visible(SolrIndex):
    """Tests do not wait until what they sent can be found."""

    def update(self, documents, gone=()):
        super().update(documents, gone)
        self._client.commit(softCommit=True)


@pytest.fixture(
    params=["scan", "tail", "folded", pytest.param("solr", marks=pytest.mark.services)]
)
def store(request, kinds):
    if request.param == "solr":
        server = request.getfixturevalue("solr")
        server.empty()
        client = pysolr.Solr(server.url, timeout=20)
        yield Store(lambda collections: Visible(client, "site"))
        server.empty()
        client.get_session().close()
        return
    make = {
        "scan": ScanOnly,
        "tail": lambda collections: EmbeddedIndex({}),
        "folded": lambda collections: Folded({}),
    }
    yield Store(make[request.param])


@pytest.fixture
def configured(functional):
    """Tell the site which Solr to use, none for None."""

    def configure(url):
        records = prefix_of("solr")
        values = {"enabled": url is not None, "timeout": 1.0, "connect_timeout": 1.0}
        for name, value in {**values, "url": url or ""}.items():
            api.portal.set_registry_record(f"{records}.{name}", value)
        transaction.commit()

    return configure
