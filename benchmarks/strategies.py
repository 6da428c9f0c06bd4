"""What is lost when Solr, or the process, fails at the wrong moment.

    .venv/bin/python benchmarks/strategies.py

Two ways to keep Solr in step with the ZODB, as models of the code of alm.solrindex
1.2 and collective.solr 10 (not the packages themselves), and our outbox (itself),
get the same faults. Each cell is a database of its own. Solr is a stub that can
refuse, and that has what it accepted visible after a commit only.
"""

from BTrees.OOBTree import OOBTree
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import mark
from collective.hoard.outbox import prepare
from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import TargetDown
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from persistent.mapping import PersistentMapping
from report import table
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.request import urlopen
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
from zope.component import provideUtility
from zope.interface import implementer
import json
import os
import transaction


SUBMISSIONS = 40
BAD = 10


class Solr:
    """The stub. ``down`` and ``no_commits`` make it refuse."""

    def __init__(self):
        self.waiting, self.visible = set(), set()
        self.down = self.no_commits = False
        solr = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"] or 0)
                ok = solr.update(json.loads(self.rfile.read(length)))
                self.send_response(200 if ok else 503)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        serve = self._server.serve_forever
        Thread(target=serve, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def update(self, command):
        """Add, then commit; what is refused is refused as a whole."""
        if self.down or (self.no_commits and command.get("commit")):
            return False
        self.waiting |= set(command.get("add", ()))
        if command.get("commit"):
            self.visible |= self.waiting
        return True

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def ask(url, **command):
    """Send *command*; raises OSError when it is refused."""
    urlopen(url, json.dumps(command).encode(), timeout=5).close()


class Participant:
    """A transaction participant that does nothing; subclasses do."""

    transaction_manager = transaction.manager

    def __init__(self, key):
        self._key = key

    def sortKey(self):
        return self._key

    def nothing(self, transaction):
        pass

    abort = tpc_begin = commit = tpc_vote = tpc_finish = tpc_abort = nothing


class CommitInFinish(Participant):
    """alm.solrindex: the document was sent, Solr's commit follows the ZODB's."""

    def __init__(self, url):
        super().__init__(url)
        self.url = url

    def tpc_finish(self, transaction):
        ask(self.url, commit=True)


class FlushInFinish(Participant):
    """collective.solr: all is sent after the commit; errors are logged."""

    def __init__(self, url, key):
        super().__init__(str(id(self)))
        self.url, self.document = url, key

    def tpc_finish(self, transaction):
        try:
            ask(self.url, add=[self.document], commit=True)
        except OSError:
            pass


class Fails(Participant):
    """Refuses in the vote."""

    def tpc_vote(self, transaction):
        raise ValueError("refused")


class Kills(Participant):
    """Ends the process, as kill -9 would, when it is its turn to finish."""

    def tpc_finish(self, transaction):
        os._exit(0)


def alm(site, key, url):
    ask(url, add=[key])
    transaction.get().join(CommitInFinish(url))


def collective_solr(site, key, url):
    transaction.get().join(FlushInFinish(url, key))


def outbox(site, key, url):
    mark(site, "solr", "form", key)


STRATEGIES = {
    "alm.solrindex: send at once, commit in finish": alm,
    "collective.solr: flush in finish, log errors": collective_solr,
    "collective.hoard: outbox": outbox,
}


@implementer(IMarkTarget)
class SolrTarget:
    """Where the outbox sends to."""

    in_database = False

    def __init__(self, url):
        self.url = url

    def update(self, root, marks):
        keys = [mark.key for mark in marks if mark.key in root["rows"]]
        try:
            ask(self.url, add=keys, commit=True)
        except OSError as error:
            raise TargetDown(str(error)) from error


@contextmanager
def opened(folder):
    """The site in the database in *folder*."""
    db = DB(FileStorage(str(folder / "Data.fs")))
    connection = db.open()
    try:
        yield connection.root()["site"]
    finally:
        transaction.abort()
        connection.close()
        db.close()


def submit(site, key, strategy, url, *participants):
    """Store and index; whether the person was told that all is well."""
    try:
        site["rows"][key] = "text"
        strategy(site, key, url)
        for participant in participants:
            transaction.get().join(participant)
        transaction.commit()
    except (OSError, ValueError):
        transaction.abort()
        return False
    return True


def half_down(solr, name):
    """The first half of the run it is well, then it is not."""

    def run(folder, strategy):
        told = {}
        with opened(folder) as site:
            for key in range(SUBMISSIONS):
                setattr(solr(), name, key >= SUBMISSIONS // 2)
                told[key] = submit(site, key, strategy, solr().url)
        setattr(solr(), name, False)
        return told

    return run


def changes_its_mind(solr):
    def run(folder, strategy):
        with opened(folder) as site:
            for key in range(BAD):
                site["rows"][key] = "text"
                strategy(site, key, solr().url)
                transaction.abort()
        return {}

    return run


def refused_in_vote(solr):
    def run(folder, strategy):
        with opened(folder) as site:
            for key in range(BAD):
                submit(site, key, strategy, solr().url, Fails("~~"))
        return {}

    return run


def killed(solr, key):
    """*key* puts the end of the process before or after the ZODB's finish."""

    def run(folder, strategy):
        if not (pid := os.fork()):
            try:
                with opened(folder) as site:
                    submit(site, 1, strategy, solr().url, Kills(key))
            finally:
                os._exit(1)
        _pid, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError("the child was to end in its commit")
        return {}

    return run


def cell(run, strategy, solr):
    """``lost / phantoms / error though saved / refused`` of one run."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        _make(folder)
        provideUtility(SolrTarget(solr.url), IMarkTarget, "solr")
        told = run(folder, strategy)
        # Somebody else saves something, and the drainer runs.
        ask(solr.url, commit=True)
        with opened(folder) as site:
            drain_once(site)
            saved = set(site["rows"])
    lost, phantoms = saved - solr.visible, solr.visible - saved
    angry = {key for key, well in told.items() if not well}
    counts = (lost, phantoms, angry & saved, angry - saved)
    return " / ".join(str(len(count)) for count in counts)


def _make(folder):
    db = DB(FileStorage(str(folder / "Data.fs")))
    with db.transaction() as connection:
        site = PersistentMapping(rows=PersistentMapping())
        # Its own: the class may have some, see tests/stand_ins.py.
        site.__annotations__ = OOBTree()
        connection.root()["site"] = site
        connection.add(site)
        prepare(site, solr="marks")
    db.close()


def measure():
    """The Markdown table."""
    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    current = []
    solr = lambda: current[-1]  # noqa: E731
    faults = {
        f"Solr answers 503 for half of {SUBMISSIONS}": half_down(solr, "down"),
        "Solr refuses commits for half of them": half_down(solr, "no_commits"),
        f"aborted after indexing, {BAD} times": changes_its_mind(solr),
        f"another participant refuses in its vote, {BAD} times": refused_in_vote(solr),
        "kill -9 after the vote, before the ZODB's finish": killed(solr, "!"),
        "kill -9 just after the ZODB's finish": killed(solr, "/~"),
    }
    rows = []
    for fault, run in faults.items():
        row = [fault]
        for strategy in STRATEGIES.values():
            current.append(Solr())
            row.append(cell(run, strategy, current[-1]))
            current[-1].close()
        rows.append(row)
    return table(["fault", *STRATEGIES], rows)


if __name__ == "__main__":
    print(measure())
