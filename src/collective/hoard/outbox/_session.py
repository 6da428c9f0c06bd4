"""A database connection of the drainer's own, with its own transactions."""

from contextlib import contextmanager
from random import uniform
from time import sleep
from transaction import TransactionManager
from transaction.interfaces import TransientError
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest


#: Writers come and go all the time; more conflicts than this mean trouble.
ATTEMPTS = 20


class Session:
    """Opens the outbox of one root.

    :param find: ``find(connection) -> root``, called anew in each transaction;
        LookupError when it is gone.
    """

    def __init__(self, db, find):
        self._manager = TransactionManager()
        self._connection = db.open(self._manager)
        self._find = find

    def close(self):
        self._manager.abort()
        self._connection.close()

    @contextmanager
    def reading(self):
        """The root, as it is now; whatever is changed is forgotten."""
        self._manager.begin()
        try:
            yield self._find(self._connection)
        finally:
            self._manager.abort()

    def abort(self):
        """Forget what was changed in between."""
        self._manager.abort()

    def root(self):
        """The root, for what happens between transactions."""
        with self.reading() as root:
            return root

    @contextmanager
    def as_site(self):
        """The root; what is looked up is found as in a request to the site."""
        previous = getSite(), getRequest()
        try:
            root = self.root()
            if hasattr(root, "getSiteManager"):
                setSite(root)
                setRequest(root.REQUEST)
            yield root
        finally:
            setSite(previous[0])
            setRequest(previous[1])

    def write(self, change):
        """``change(root)`` in a transaction, again after a conflict.

        :return: what *change* returned in the transaction that was committed.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._manager.begin()
            try:
                result = change(self._find(self._connection))
                self._manager.commit()
                return result
            except TransientError:
                self._manager.abort()
                if attempt == ATTEMPTS:
                    raise
                # Two that met do not meet again at once.
                sleep(uniform(0, 0.002 * attempt))  # noqa: S311
            except BaseException:
                self._manager.abort()
                raise
