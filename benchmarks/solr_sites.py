"""The sites that write to Solr, each by its own strategy, and what `solr_faults`
needs of them: to save over HTTP, to count in the store and in Solr, to break things.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from instance import Instance
from pages import HOARD
from pathlib import Path
from statistics import median
from submissions import submission
from time import monotonic
from time import sleep
from urllib.parse import urlencode
import json
import sys
import ZEO


# The servers are the tests' own.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from servers import NotStarted  # noqa: E402, F401
from servers import NotThere  # noqa: E402, F401
from servers.proxy import Proxy  # noqa: E402
from servers.solr import Solr  # noqa: E402


CORE = Path(__file__).with_name("solr_plone")
#: What a client of `plone.restapi` says.
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
#: Seconds after the last thing that could still be on its way to Solr, until what
#: is missing is taken for lost. Ours commits within 0.5 s.
GRACE = 5
PATIENCE = 120
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy"


def start_solr():
    """A Solr of our own with a core for each contender.

    :raises NotThere, NotStarted: It cannot be had.
    """
    return Solr(cores={"plone": CORE, "model": CORE}).start()


@dataclass(frozen=True)
class Contender:
    """A strategy: the module for `worker.py`, by which Python, into which core."""

    module: str
    python: str
    core: str

    @property
    def is_ours(self):
        return self.core == "hoard"

    def send(self, instance, place, number, token):
        """One person saves. :return: whether all seemed well; seconds."""
        if self.is_ours:
            path = HOARD.receive.format(place)
            reply = instance.post(path, HOARD.body(number, token))
            return reply.status == 303, reply.seconds
        values = submission(number)
        page = {
            "@type": "Document",
            "title": values["subject"],
            "description": values["comments"],
        }
        reply = instance.fetch("POST", f"/Plone/{place}", json.dumps(page), True, JSON)
        return reply.status == 201, reply.seconds


class Site:
    """One contender's site while it is measured; *folder* keeps its data.

    :param zeo: Whether a ZEO server has the data, not the process itself.
    """

    def __init__(self, contender, folder, server, zeo=False):
        self.contender = contender
        self.server = server
        self._folder = folder
        self._places, self._said = {}, {}
        base = server.url.rpartition("/")[0]
        self._solr = f"{base}/{contender.core}"
        self.proxy = Proxy(self._solr)
        self._zeo, self._stop_zeo = _start_zeo(folder) if zeo else (None, None)
        self.instance = self._start()
        self.ask("make_site")
        self.ask("do", "connect_solr", self.proxy.url)
        self.title = self.ask("do", "version_of")

    def _start(self):
        contender = self.contender
        return Instance(self._folder, contender.python, contender.module, self._zeo)

    def restart(self):
        self.instance.stop()
        self.instance = self._start()

    def close(self):
        self.instance.stop()
        self.proxy.close()
        if self._stop_zeo:
            self._stop_zeo()

    @contextmanager
    def over_zeo(self):
        """Another site of the same contender, its data in a ZEO server."""
        other = Site(self.contender, self._folder / "zeo", self.server, zeo=True)
        try:
            yield other
        finally:
            other.close()

    def ask(self, job, *arguments):
        return self.instance.ask(job, *arguments)

    def make(self, place):
        """A form or folder, which all that follows names."""
        self._said[place] = []
        self._places[place] = self.ask("do", "make_place", place)

    def save(self, place, count=1, at_once=False):
        """*count* people save over HTTP, one after another or all *at_once*.

        :return: the seconds that each of them waited.
        """
        tokens = self.ask("do", "tokens", place, count)

        def one(number):
            return self.contender.send(self.instance, place, number, tokens[number])

        with ThreadPoolExecutor(count if at_once else 1) as people:
            said = list(people.map(one, range(count)))
        self._said[place] += [well for well, _ in said]
        return [seconds for _, seconds in said]

    def look(self):
        """The seconds that a visitor waits for the front page."""
        return self.instance.get("/Plone").seconds

    def stored(self, place):
        return set(self.ask("do", "stored", place))

    def found(self, place):
        """Keys that Solr finds, asked past everything that may be between."""
        key, filters = self._places[place]
        query = [("q", "*:*"), ("rows", 10_000), ("fl", key), ("wt", "json")]
        query += [("fq", one) for one in filters]
        answer = self.server.get(f"{self._solr}/select?{urlencode(query)}")
        return {document[key] for document in answer["response"]["docs"]}

    def settle(self, place, grace=None):
        """Wait until nothing more is on its way to Solr; seconds."""
        started = monotonic()
        while self.ask("do", "waiting") and monotonic() - started < PATIENCE:
            sleep(0.2)
        ends = monotonic() + (grace or GRACE)
        while self.stored(place) != self.found(place) and monotonic() < ends:
            sleep(0.2)
        return monotonic() - started

    def tally(self, place, grace=None):
        """The `Outcome`, once nothing is on its way."""
        self.settle(place, grace)
        stored, found = self.stored(place), self.found(place)
        return Outcome(frozenset(stored), frozenset(found), tuple(self._said[place]))

    def down(self):
        """Solr is not there: nobody listens."""
        self.server.stop()
        self.proxy.refuse()

    def killed(self):
        """As a power failure ends it."""
        self.server.kill()
        self.proxy.refuse()

    def busy(self):
        """Solr answers each request with 503."""
        self.proxy.answer(BUSY)

    def up(self):
        self.server.start()
        while not self._answers():
            sleep(0.1)
        self.proxy.restore()

    def _answers(self):
        """Whether this core does, too: the server waits for ours alone."""
        try:
            return bool(self.server.get(f"{self._solr}/select?q=*:*&rows=0&wt=json"))
        except OSError:
            return False


def _start_zeo(folder):
    """``(HOST:PORT, a function that stops it)``"""
    folder.mkdir(parents=True, exist_ok=True)
    blobs = str(folder / "blobs")
    path = str(folder / "Served.fs")
    address, stop = ZEO.server(path, blob_dir=blobs, port=("127.0.0.1", 0))
    return f"{address[0]}:{address[1]}", stop


@dataclass(frozen=True)
class Outcome:
    """Keys in the store and in Solr; whether each who saved by HTTP was told that
    all is well."""

    stored: frozenset
    found: frozenset
    said: tuple = ()

    @property
    def lost(self):
        return len(self.stored - self.found)

    @property
    def phantoms(self):
        return len(self.found - self.stored)

    @property
    def misled(self):
        """Who saw an error, though it is stored."""
        return len(self.stored) - sum(self.said) if False in self.said else 0

    @property
    def refused(self):
        """Who saw an error, and it is not stored."""
        return self.said.count(False) - self.misled

    @property
    def is_good(self):
        return not (self.lost or self.phantoms or self.refused or self.misled)

    def __str__(self):
        parts = [f"{self.lost} of {len(self.stored)} lost"]
        if self.phantoms:
            parts.append(f"{self.phantoms} phantoms")
        if self.refused:
            parts.append(f"{self.refused} people refused")
        if self.misled:
            parts.append(f"{self.misled} people saw an error though it was saved")
        return ", ".join(parts)


def middle(seconds):
    """The median, as text."""
    return f"{median(seconds):.2f} s"


def longest(seconds):
    return f"{max(seconds):.2f} s"
