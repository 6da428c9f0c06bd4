"""What goes wrong inside the process of a site: `worker.py` is asked for it.

Each function takes ``add(number, bad=False)``, which writes one document and does
not commit, and knows nothing of who writes it, or how that gets to Solr.
"""

from Products.CMFCore.indexing import processQueue
from transaction import TransactionManager
from ZODB.POSException import ConflictError
from zope.component.hooks import getSite
import os
import signal
import transaction
import Zope2


class Participant:
    """Takes part in the transaction and does nothing; subclasses do."""

    transaction_manager = transaction.manager

    def __init__(self, key):
        self._key = key

    def sortKey(self):
        return self._key

    def nothing(self, transaction):
        pass

    abort = tpc_begin = commit = tpc_vote = tpc_finish = tpc_abort = nothing


class Refusal(Exception):
    """What a participant says that votes against the rest."""


class Refuses(Participant):
    """Votes last, and against it."""

    def tpc_vote(self, transaction):
        raise Refusal


class Kills(Participant):
    """Ends the process when it is its turn to finish."""

    def tpc_finish(self, transaction):
        os.kill(os.getpid(), signal.SIGKILL)


def write(add, count):
    """Nothing goes wrong."""
    for number in range(count):
        add(number)
        transaction.commit()


def aborted(add, count):
    """The code changes its mind after a search, before which all is indexed."""
    for number in range(count):
        add(number)
        processQueue()
        transaction.abort()
    return count


def refused(add, count):
    """Another participant refuses, *count* times."""
    for number in range(count):
        add(number)
        transaction.get().join(Refuses("~~~"))
        _fails(Refusal)
    return count


def conflicting(add, count):
    """Somebody else changed the same object, *count* times."""
    jar = getSite()._p_jar
    for number in range(count):
        add(number)
        jar.root()["counted"] = number
        _change_elsewhere(number)
        _fails(ConflictError)
    return count


def _change_elsewhere(number):
    manager = TransactionManager()
    connection = Zope2.DB.open(manager)
    connection.root()["counted"] = -number - 1
    manager.commit()
    connection.close()


def _fails(error):
    try:
        transaction.commit()
    except error:
        transaction.abort()
    else:
        raise AssertionError("the commit was to fail")


def taken_back(add, count):
    """Of two documents the second is taken back to a savepoint, after a search."""
    for number in range(count):
        add(2 * number)
        savepoint = transaction.savepoint()
        add(2 * number + 1)
        processQueue()
        savepoint.rollback()
        transaction.commit()
    return count


def killed(add, key):
    """*key* puts the end before or after the finish of the ZODB and of others."""
    add(0)
    transaction.get().join(Kills(key))
    transaction.commit()


def together(add, count, bad):
    """*count* documents in one transaction, number *bad* is refused by Solr.

    :return: what the person was told, if anything.
    """
    try:
        for number in range(count):
            add(number, number == bad)
        transaction.commit()
    except Exception as error:  # Whatever it is, it is what the person sees.
        transaction.abort()
        return str(error) or type(error).__name__
