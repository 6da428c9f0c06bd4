"""What three ways to get data into Solr lose in the same faults.

Two are small models of what collective.solr 10 and alm.solrindex do, not the
packages; the third is our outbox. `python benchmarks/search_strategies.py` prints
the table of docs/explanation/search.md. It needs a Solr, see `make services`.
"""

from collective.hoard.outbox import drain_once
from collective.hoard.outbox import mark
from collective.hoard.outbox import prepare
from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import TargetDown
from pathlib import Path
from persistent.mapping import PersistentMapping
from tempfile import TemporaryDirectory
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.annotation.interfaces import IAnnotations
from zope.component import provideUtility
from zope.interface import implementer
import logging
import pysolr
import sys
import transaction


COUNT = 20
FAULTS = {
    "Solr is down for half of them": "down",
    "the application aborts": "abort",
    "another participant refuses in vote": "refuse",
}


@implementer(IAnnotations)
class Site(PersistentMapping):
    """What has rows, and an outbox."""


class Participant:
    """A data manager that can be told to refuse."""

    transaction_manager = transaction.manager

    def __init__(self, key="~", vote=None, finish=None, abort=None):
        self._key = key
        self._vote, self._finish, self._abort = vote, finish, abort
        transaction.get().join(self)

    def sortKey(self):  # noqa: N802
        return self._key

    def abort(self, txn):
        if self._abort:
            self._abort()

    tpc_abort = abort

    def tpc_begin(self, txn):
        pass

    commit = tpc_begin

    def tpc_vote(self, txn):
        if self._vote:
            self._vote()

    def tpc_finish(self, txn):
        if self._finish:
            self._finish()


class Flushing:
    """As collective.solr: a queue, sent in ``tpc_finish``; errors are logged."""

    def __init__(self, client, site):
        self._client = client

    def index(self, key):
        Participant(finish=lambda: self._send(key))

    def _send(self, key):
        try:
            self._client.add([_document(key)], commit=False)
        except pysolr.SolrError:
            logging.getLogger(__name__).info("lost %s", key)

    def later(self):
        pass


class Posting:
    """As alm.solrindex: posted at once, Solr's commit in ``tpc_finish``."""

    def __init__(self, client, site):
        self._client = client

    def index(self, key):
        self._client.add([_document(key)], commit=False)
        Participant(key="http", finish=self._client.commit)

    def later(self):
        pass


@implementer(IMarkTarget)
class Outbox:
    """Ours: a mark with the data, sent after the commit."""

    in_database = False

    def __init__(self, client, site):
        self._client, self._site = client, site
        prepare(site, strategies="marks")
        provideUtility(self, IMarkTarget, "strategies")

    def index(self, key):
        mark(self._site, "strategies", "form", key)

    def update(self, root, marks):
        try:
            found = [_document(one.key) for one in marks if one.key in root["rows"]]
            self._client.add(found, commit=False)
        except pysolr.SolrError as error:
            raise TargetDown(str(error)) from error

    def later(self):
        drain_once(self._site)
        transaction.begin()


def _document(key):
    return {"id": str(key), "key_l": key}


def run(make, fault, server, folder):
    """``(lost, phantoms, errors, refused)``: stored and not in Solr, the other way
    round, stored although the user saw an error, and not stored because of Solr."""
    server.empty()
    client = pysolr.Solr(server.url, timeout=5)
    db = DB(FileStorage(str(Path(folder) / f"{make.__name__}-{fault}.fs")))
    site = db.open().root()["site"] = Site(rows=PersistentMapping())
    transaction.commit()
    strategy = make(client, site)
    transaction.commit()
    errors = refused = 0
    for key in range(1, COUNT + 1):
        if fault == "down" and key == COUNT // 2 + 1:
            server.stop()
        told = _submit(strategy, site, key, fault)
        if told and key in site["rows"]:
            errors += 1
        elif told and fault == "down":
            refused += 1
    if fault == "down":
        server.start()
    strategy.later()
    client.commit()  # Somebody else's, as it happens all the time.
    there = {int(doc["id"]) for doc in client.search("*:*", rows=1000).docs}
    stored = set(site["rows"])
    db.close()
    return len(stored - there), len(there - stored), errors, refused


def _submit(strategy, site, key, fault):
    """Whether the user saw an error."""
    try:
        site["rows"][key] = True
        strategy.index(key)
        if fault == "abort" and key % 2:
            transaction.abort()
            return False
        if fault == "refuse" and key % 2:
            Participant(key="~~", vote=_refuse)
        transaction.commit()
        return False
    except Exception:  # Whatever it is, it is what the user sees.
        transaction.abort()
        return True


def _refuse():
    raise ValueError("no")


def main():
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from servers import get_server

    logging.disable(logging.CRITICAL)
    server = get_server("solr")
    try:
        with TemporaryDirectory() as folder:
            for title, fault in FAULTS.items():
                cells = [
                    " / ".join(map(str, run(make, fault, server, folder)))
                    for make in (Flushing, Posting, Outbox)
                ]
                print(f"| {title} | {' | '.join(cells)} |")
    finally:
        server.close()


if __name__ == "__main__":
    main()
