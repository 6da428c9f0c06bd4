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
class LedgerStream:
    """The text that *write*, a function of a ledger, yields, in UTF-8.

    The connection is opened with the first chunk, so a response that is thrown
    away costs none, and closed at the end, at an error and by `close`, which
    every WSGI server calls when the visitor has gone.
    """

    def __init__(self, site, form_uid, write):
        """*write* must not use objects of the request's connection."""
        self._chunks = _chunks(site._p_jar.db(), site._p_oid, form_uid, write)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._chunks)

    def close(self):
        """Give the connection back; may be called more than once."""
        self._chunks.close()


def _chunks(db, site_oid, form_uid, write):
    connection = db.open(transaction_manager=TransactionManager())
    try:
        site = connection.get(site_oid)
        with _current_site(site):
            texts = write(get_ledger(site, form_uid))
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
