"""A body that is read from the database while it is being sent.

Zope closes the connection of a request before the server sends the body, so
what is sent from a ledger bit by bit needs a connection of its own.
"""

from ..ledger import get_ledger
from contextlib import contextmanager
from transaction import TransactionManager
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.interface import implementer
from ZPublisher.Iterators import IUnboundStreamIterator


@implementer(IUnboundStreamIterator)
class SiteStream:
    """The text that *write*, a function of the site, yields, in UTF-8.

    The connection is opened with the first chunk, so a response that is thrown
    away costs none, and closed at the end, at an error and by `close`, which
    every WSGI server calls when the visitor has gone.
    """

    def __init__(self, site, write):
        """*write* must not use objects of the request's connection."""
        self._chunks = _chunks(site._p_jar.db(), site._p_oid, write)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._chunks)

    def close(self):
        """Give the connection back; may be called more than once."""
        self._chunks.close()


class LedgerStream(SiteStream):
    """The text that *write*, a function of a ledger, yields, in UTF-8."""

    def __init__(self, site, form_uid, write):
        """*write* as for `SiteStream`."""
        super().__init__(site, lambda site: write(get_ledger(site, form_uid)))


def _chunks(db, site_oid, write):
    connection = db.open(transaction_manager=TransactionManager())
    try:
        site = connection.get(site_oid)
        with _current_site(site):
            texts = write(site)
        while True:
            with _current_site(site):
                text = next(texts, None)
            if text is None:
                return
            if text:
                yield text.encode("utf-8", "replace")
            # Files and users that rows led to; the ledger gives back its own.
            connection.cacheGC()
    finally:
        connection.transaction_manager.abort()
        connection.close()


@contextmanager
def _current_site(site):
    """Make *site* the current one: time zone and kinds of field are looked up
    there. Other requests use the same thread, so it never outlives a chunk."""
    previous = getSite()
    setSite(site)
    try:
        yield
    finally:
        setSite(previous)
