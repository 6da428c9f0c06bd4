"""Storing what the scanner said."""

from ..ledger.files import hold
from ..ledger.files import release
from contextlib import closing
from transaction import TransactionManager
from ZODB.POSException import POSKeyError


#: A conflict with somebody who changes the row is settled by trying again.
ATTEMPTS = 5


def settle(root, value, signature):
    """Release the file *value*, or hold it for good because of *signature*.

    In a transaction of its own. A file that is gone needs no verdict.
    """

    def store(connection):
        own = connection.get(value._p_oid)
        if signature:
            hold(own, signature)
        else:
            release(own)

    try:
        in_own_transaction(root, store)
    except POSKeyError:
        pass


def in_own_transaction(root, store):
    """Call ``store(connection)`` and commit, on a connection of its own."""
    manager = TransactionManager()
    with closing(root._p_jar.db().open(manager)) as connection:
        for attempt in manager.attempts(ATTEMPTS):
            with attempt:
                store(connection)
