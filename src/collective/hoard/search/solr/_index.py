"""The back end over a Solr client."""

from ...connections.interfaces import SecretMissing
from ...connections.interfaces import ServiceDown
from ...connections.interfaces import ServiceRefused
from ...forms.interfaces import in_english
from ..interfaces import Found
from ..interfaces import Hit
from ..interfaces import IIndex
from ..interfaces import IndexUnavailable
from ..interfaces import SearchError
from ..interfaces import SUBMITTED
from ..matching import ranked
from ..paging import cursor_of
from ..paging import place_of
from ._documents import as_solr
from ._documents import document_id
from ._documents import order_name
from ._query import quoted
from ._query import Request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from itertools import islice
from xml.sax.saxutils import escape
from zope.interface import implementer
import json
import pysolr
import re


#: Milliseconds until what was sent can be found. Never an explicit commit.
COMMIT_WITHIN = 500
#: Documents a request; hits a request of a stream.
BATCH = 500
STREAM = 1_000
STATUS = re.compile(r"\(HTTP ([0-9]{3})\)")


class DocumentRefused(SearchError):
    """Solr refuses one or more of ``documents``, those of whole requests; all
    others were taken. The text is Solr's."""

    def __init__(self, message, documents):
        super().__init__(message)
        self.documents = documents


@implementer(IIndex)
class SolrIndex:
    """See `IIndex`. *client* is a `pysolr.Solr`, *site* tells this site's
    documents apart from those of others in the same core."""

    name = "solr"
    step = 5_000

    def __init__(self, client, site):
        self._client = client
        self._site = site

    def search(self, query, scope, size=20, cursor=None):
        start = place_of(cursor)
        request = Request(query, self._site, scope)
        params = request.params(size + 1)
        if start is None:
            counted = result = self._select(params)
        else:
            # Counted without the cursor, which narrows the page, not the result.
            counted = self._select({**params, "rows": 0})
            request.after(start)
            result = self._select({**request.params(size + 1), "json.facet": "{}"})
        hits = [_hit(doc, query) for doc in result.docs]
        facets = _facets(counted.raw_response)
        return Found(
            hits=tuple(hits[:size]),
            total=counted.hits,
            cursor=cursor_of(hits[size - 1]) if len(hits) > size else None,
            facets={name: facets.get(name, ()) for name in query.facets},
        )

    def stream(self, query, scope):
        params = Request(query, self._site, scope).params(STREAM)
        params.pop("json.facet", None)
        return (_hit(doc, query) for doc in self._cursor(params))

    def _cursor(self, params):
        """Documents page by page, with Solr's own cursor: no deep paging."""
        mark = "*"
        while True:
            result = self._select({**params, "cursorMark": mark})
            yield from result.docs
            if result.nextCursorMark in (None, mark):
                return
            mark = result.nextCursorMark

    def _select(self, params):
        with _translated():
            return self._client.search(**params)

    def update(self, documents, gone=()):
        documents, sent, refused = iter(documents), None, []
        # While Solr takes a batch in, the next one is made: who gives us a
        # generator has it run meanwhile, in this thread.
        with ThreadPoolExecutor(1) as posting:
            while batch := list(islice(documents, BATCH)):
                refused += sent.result() if sent else ()
                sent = posting.submit(self._add, batch)
        refused += sent.result() if sent else ()
        self._delete([document_id(*place) for place in gone])
        if refused:
            batches = chain.from_iterable(error.documents for error in refused)
            raise DocumentRefused(str(refused[0]), list(batches)) from refused[0]

    def _add(self, documents):
        """Post them; a list of the `DocumentRefused`, at most one."""
        # As ASCII, where control characters are escapes: pysolr would look for
        # them, and for empty values, which our documents do not have either.
        posted = json.dumps([as_solr(document, self._site) for document in documents])
        try:
            with _translated(documents):
                self._client._update(
                    posted.encode("ascii"),
                    clean_ctrl_chars=False,
                    commit=False,
                    commitWithin=COMMIT_WITHIN,
                    solrapi="JSON",
                )
        except DocumentRefused as error:
            return [error]
        return []

    def _delete(self, ids):
        for start in range(0, len(ids), BATCH):
            listed = "".join(f"<id>{escape(id)}</id>" for id in ids[start:][:BATCH])
            with _translated():
                # pysolr's own delete() knows no commitWithin.
                self._client._update(
                    f"<delete>{listed}</delete>",
                    commit=False,
                    commitWithin=COMMIT_WITHIN,
                )

    def tokens(self, uid):
        params = {
            "q": "*:*",
            "fq": ["{!term f=site_s v=$site}", "{!term f=uid_s v=$uid}"],
            "site": self._site,
            "uid": uid,
            "fl": "key_l,ref_s,token_s",
            "sort": "key_l asc,id asc",
            "rows": STREAM,
        }
        for doc in self._cursor(params):
            yield doc["key_l"], doc.get("ref_s"), doc["token_s"]

    def begin(self, uid):
        """Nothing to do: documents with the same id replace each other."""

    def finish(self, uid):
        """Nothing to do, see `begin`."""

    def drop(self, uid):
        self._delete_where(["site_s", self._site, "uid_s", uid])

    def drop_site(self):
        """Forget all documents of this site."""
        self._delete_where(["site_s", self._site])

    def _delete_where(self, pairs):
        names, values = pairs[::2], pairs[1::2]
        terms = (f"+{n}:{quoted(v)}" for n, v in zip(names, values, strict=True))
        with _translated():
            self._client._update(
                f"<delete><query>{escape(' '.join(terms))}</query></delete>",
                commit=False,
                commitWithin=COMMIT_WITHIN,
            )


def _hit(doc, query):
    order = None if query.sort == SUBMITTED else doc.get(order_name(query.sort))
    return Hit(doc["uid_s"], doc["key_l"], doc.get("ref_s"), order)


def _facets(response):
    found = response.get("facets", {})
    return {
        name: ranked({b["val"]: b["count"] for b in facet["buckets"]})
        for name, facet in found.items()
        if isinstance(facet, dict)
    }


@contextmanager
def _translated(documents=()):
    """Turn the errors of a client into ours; *documents* are being sent."""
    try:
        yield
    except (SecretMissing, ServiceDown, ServiceRefused) as error:
        raise IndexUnavailable(in_english(error.args[0])) from error
    except pysolr.SolrError as error:
        status = STATUS.search(str(error))
        if status and status.group(1) == "400" and documents:
            raise DocumentRefused(_short(error), documents) from error
        raise IndexUnavailable(_short(error)) from error


def _short(error):
    return " ".join(str(error).split())[:300]
