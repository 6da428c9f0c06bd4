"""The search: embedded index against a scan of the same rows, Solr against pysolr
alone, and how soon a submission can be found.

On FileStorage and without a site, but for kinds of field. Solr is measured if it
can be started here; see `make services`.
"""

from collective.hoard.ledger import create_ledger
from collective.hoard.search.asked import read
from collective.hoard.search.embedded import EmbeddedIndex
from collective.hoard.search.highlight import pieces
from collective.hoard.search.interfaces import Scope
from collective.hoard.search.rows import Rows
from collective.hoard.search.scan import Scan
from collective.hoard.search.solr import SolrIndex
from collective.hoard.search.solr._documents import as_solr
from contextlib import contextmanager
from databases import database
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from persistent.mapping import PersistentMapping
from report import compare
from report import Row
from report import Samples
from statistics import median
from time import perf_counter
from time import process_time
from ZODB.serialize import referencesf
from ZODB.utils import load_current
from zope.annotation.interfaces import IAnnotations
from zope.configuration import xmlconfig
from zope.interface import implementer
import random
import resource
import sys
import transaction


#: Documents between two commits, and in a request to Solr.
BATCH = 2_000
POSTED = 500
SIZE = 20
PAGES = 9
SCANS = 3
NAMES = "Anna Bernd Chris Dora Emil Frieda Gustav Hanna Ida Jens Karla Leo".split()
COLOURS = ("red", "green", "blue", "black")
FORM = {
    "version": 1,
    "fieldsets": [
        {
            "id": "main",
            "fields": [
                {"id": "name", "kind": "text", "title": "Name"},
                {"id": "email", "kind": "email", "title": "E-mail"},
                {"id": "message", "kind": "long_text", "title": "Message"},
                {"id": "age", "kind": "integer", "title": "Age"},
                {
                    "id": "colour",
                    "kind": "one_of",
                    "title": "Colour",
                    "options": [{"value": colour} for colour in COLOURS],
                },
            ],
        }
    ],
}
#: What people look for: a frequent word with a facet, a rare one, a phrase, a
#: beginning, a field with a range.
QUERIES = {
    "a frequent word": {"text": "anna"},
    "two words": {"text": "anna word17"},
    "a phrase of frequent words": {"text": '"anna schmidt"'},
    "a phrase in longer texts": {"text": '"word1 word2"'},
    "a rare word": {"text": "word4999"},
    "a beginning": {"text": "word49*"},
    "a filter and a range": {"f.colour": "red", "from.age": "30", "to.age": "40"},
    "everything, by age": {"sort": "age"},
}


@implementer(IAnnotations)
class Annotations(PersistentMapping):
    """The annotations of a site, without the site."""


def measure(folder, sizes):
    """Rows of the report."""
    _prepare()
    with database(f"file:{folder}/search.fs") as db:
        _fill(db, sizes.searched)
        found = _embedded(db, sizes.searched)
        return [*found, *_solr(db, sizes.searched)]


def _prepare():
    import collective.hoard.forms.kinds
    import zope.component

    context = xmlconfig.file("meta.zcml", zope.component)
    xmlconfig.file("configure.zcml", collective.hoard.forms.kinds, context=context)


def values(number):
    """The same values for the same number, some 500 bytes."""
    chance = random.Random(number)
    # Few words are frequent and many are rare, as in any language.
    words = (f"word{int(5_000 * chance.random() ** 3)}" for _ in range(60))
    name = f"{chance.choice(NAMES)} {chance.choice(('Schmidt', 'Meier', 'Weiß'))}"
    return {
        "name": name,
        "email": f"user{number}@example.com",
        "message": " ".join(words),
        "age": chance.randint(18, 90),
        "colour": chance.choice(COLOURS),
    }


def _fill(db, count):
    connection = db.open()
    site = connection.root()["site"] = Annotations()
    ledger = create_ledger(site, "form", "Form")
    ledger.add_schema(FORM)
    for number in range(count):
        ledger.add(values(number), schema=1)
        if number % BATCH == BATCH - 1:
            transaction.commit()
            connection.cacheMinimize()
    site["collections"], site["building"] = PersistentMapping(), PersistentMapping()
    transaction.commit()
    connection.close()


def _opened(db):
    """``(connection, Rows, mapping of the index)`` with nothing cached."""
    connection = db.open()
    connection.cacheMinimize()
    site = connection.root()["site"]
    return connection, Rows(create_ledger(site, "form", "Form")), site


def _build(db):
    """Build the embedded index as a reindex does; seconds."""
    connection, rows, site = _opened(db)
    started = perf_counter()
    index = EmbeddedIndex(site["collections"], site["building"])
    index.begin("form")
    after = None
    while documents := _some(rows, after):
        index.update(documents)
        transaction.commit()
        connection.cacheMinimize()
        after = documents[-1].key
    index.finish("form")
    transaction.commit()
    connection.close()
    return perf_counter() - started


def _some(rows, after, count=BATCH):
    documents = []
    for document in rows.documents(after):
        documents.append(document)
        if len(documents) == count:
            break
    return documents


def _embedded(db, count):
    before = _memory()
    seconds = _build(db)
    memory = _memory() - before
    rate = Samples((count / seconds,), "")
    told = f"{rate} rows a second, {memory:.0f} MB"
    yield Row(f"embedded index of {count:,} rows, built anew", told)
    yield Row(
        "what it adds to the database, packed", f"{_stored(db) / count:,.0f} B a row"
    )
    for title, params in QUERIES.items():
        yield from _pages(db, title, params, count)


def _stored(db):
    """Bytes of all objects of the index, found by going through them."""
    connection, _rows, site = _opened(db)
    found, sizes = [site["collections"]._p_oid], {}
    while found:
        oid = found.pop()
        if oid not in sizes:
            data, _serial = load_current(db.storage, oid)
            sizes[oid] = len(data)
            referencesf(data, found)
    connection.close()
    return sum(sizes.values())


def _pages(db, title, params, count):
    """By processor time: all of it is work of this process, and a busy machine
    makes it no longer. By the clock, too, for people to know."""
    times = [_times(db, params, _index_of) for _ in range(PAGES)]
    scans = [
        _times(db, params, lambda rows, site: Scan({"form": rows}, count, 600))[0]
        for _ in range(SCANS)
    ]
    other = Samples(tuple(scan.processor for scan in scans))
    page = f"a page of {count:,} rows with facets, {title}: embedded"
    for told, found in zip(
        ("nothing cached", "cached"), zip(*times, strict=True), strict=True
    ):
        cpu = Samples(tuple(one.processor for one in found))
        clock = Samples(tuple(one.clock for one in found))
        ratio = cpu.median / other.median
        yield Row(
            f"{page}, {told}",
            f"{cpu} of processor; {clock} by the clock",
            f"scan: {other}",
            ratio,
            "at most 0.02",
            ratio <= 1 / 50,
        )


def _index_of(rows, site):
    return EmbeddedIndex(site["collections"])


@dataclass(frozen=True)
class Took:
    """Seconds."""

    clock: float
    processor: float


@contextmanager
def _took(found):
    """Append to *found* what the block took."""
    clock, processor = perf_counter(), process_time()
    yield
    found.append(Took(perf_counter() - clock, process_time() - processor))


def _times(db, params, make):
    """`Took` of a page with nothing cached, and of once more."""
    connection, rows, site = _opened(db)
    times = []
    for _ in range(2):
        with _took(times):
            page(make(rows, site), rows, params)
    connection.close()
    return times


def page(backend, rows, params):
    """What a page of results does: find, count, read the rows, mark the words."""
    asked = read({**params, "facet": ["colour", "_month"]}, rows.fields, SIZE)
    found = backend.search(asked.query, Scope(("form",)), SIZE)
    for hit in found.hits:
        for id, value in rows.ledger.get(hit.key).values.items():
            pieces(str(value), asked.query, id)
    return found


def _memory():
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _solr(db, count):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from servers import get_server
    from servers import NotStarted
    from servers import NotThere
    import pysolr

    try:
        server = get_server("solr")
    except (NotThere, NotStarted) as reason:
        yield Row("Solr", f"not measured: {reason}")
        return
    try:
        server.empty()
        client = pysolr.Solr(server.url, timeout=60)
        yield _feeding(db, client, count, server)
        client.commit()
        yield from _searching(db, client, count)
        yield _latency(db, client)
        server.empty()
    finally:
        server.close()


def _feeding(db, client, count, server):
    """Ours and pysolr alone take turns, as many documents each as a step of a
    reindex has; the median of the rounds."""
    connection, rows, _site = _opened(db)
    index, after, rounds, number = SolrIndex(client, "site"), None, [], 0
    before = _memory()
    while documents := _some(rows, after, index.step):
        ready = [as_solr(document, "ready") for document in documents]
        for one in ready:
            one["id"] = f"ready-{one['id']}"
        del documents
        connection.cacheMinimize()
        ours, theirs = [], []
        for party in (1, 2) if number % 2 else (2, 1):
            if party == 1:
                with _took(ours):
                    index.update(islice(rows.documents(after), index.step))
            else:
                with _took(theirs):
                    _post(client, ready)
        rounds.append((len(ready), ours[0], theirs[0]))
        after, number = ready[-1]["key_l"], number + 1
        connection.cacheMinimize()
    connection.close()
    client.delete(q="site_s:ready", commit=True)
    rates = [
        Samples(tuple(one[0] / one[party].clock for one in rounds), "")
        for party in (1, 2)
    ]
    ratio = median(theirs.clock / ours.clock for _size, ours, theirs in rounds)
    return Row(
        f"feeding {count:,} rows to Solr, rows a second",
        f"{rates[0]} ({_memory() - before:.0f} MB more memory)",
        f"pysolr, ready-made documents: {rates[1]}",
        ratio,
        "at least 0.5",
        ratio >= 0.5,
    )


def _post(client, ready):
    for start in range(0, len(ready), POSTED):
        client.add(ready[start:][:POSTED], commit=False, commitWithin=500)


def _searching(db, client, count):
    connection, rows, _site = _opened(db)
    all_ours, all_bare = [], []
    for title, params in QUERIES.items():
        ours, bare = [], []
        for _ in range(3 * PAGES):
            started = perf_counter()
            page(SolrIndex(client, "site"), rows, params)
            ours.append(perf_counter() - started)
            bare.append(_bare(client, rows, params))
        work = f"a page of {count:,} rows with facets, {title}: Solr"
        yield compare(work, Samples(ours), Samples(bare), None, "bare pysolr query: ")
        all_ours.append(Samples(ours).median)
        all_bare.append(Samples(bare).median)
    connection.close()
    ours, bare = Samples((sum(all_ours),)), Samples((sum(all_bare),))
    # Without the empty page that the plan allows on the other side: stricter.
    work = "all of these: Solr"
    yield compare(work, ours, bare, 1.5, "bare pysolr queries, without a page: ")


def _bare(client, rows, params):
    """The same request, sent by hand."""
    from collective.hoard.search.solr._query import Request

    asked = read({**params, "facet": ["colour", "_month"]}, rows.fields, SIZE)
    ready = Request(asked.query, "site", Scope(("form",))).params(SIZE)
    started = perf_counter()
    client.search(**ready)
    return perf_counter() - started


def _latency(db, client):
    """From the post to the first search that finds it."""
    connection, rows, _site = _opened(db)
    index, times = SolrIndex(client, "site"), []
    document = next(rows.newest())
    for number in range(5):
        document = type(document)(
            "form", number + 1, "1", {"name": (f"unique{number}",)}, {}, {}
        )
        started = perf_counter()
        index.update([document])
        asked = read({"text": f"unique{number}"}, rows.fields)
        while not index.search(asked.query, Scope(("form",)), 1).hits:
            pass
        times.append(perf_counter() - started)
    connection.close()
    return Row("from the post to the hit, Solr (commitWithin 0.5 s)", Samples(times))
