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
        self._db = site._p_jar.db()
        self._oid = site._p_oid
        self._form_uid = form_uid
        self._write = write
        self._connection = None
        self._chunks = self._encoded()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._chunks)

    def close(self):
        """Give the connection back; may be called more than once."""
        self._chunks.close()

    def _encoded(self):
        try:
            site = self._open()
            with _current_site(site):
                texts = self._write(get_ledger(site, self._form_uid))
            while True:
                with _current_site(site):
                    text = next(texts, None)
                if text is None:
                    return
                if text:
                    yield text.encode("utf-8", "replace")
                self._connection.cacheGC()
        finally:
            self._give_back()

    def _open(self):
        self._connection = self._db.open(transaction_manager=TransactionManager())
        return self._connection.get(self._oid)

    def _give_back(self):
        connection, self._connection = self._connection, None
        if connection is not None:
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
