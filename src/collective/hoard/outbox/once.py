"""One full drain, of one root in this thread or of a whole database."""

from ._arrivals import is_due
from ._drain import drain_target
from ._drain import Terms
from ._drain import waiting
from ._handing import hand_out_all
from ._lease import new_owner
from ._lease import release
from ._session import Session
from ._storage import find_outbox
from .interfaces import Drained
from .interfaces import NewerLayout
from .sites import finder_of
from .sites import finders
from concurrent.futures import ThreadPoolExecutor
import logging
import transaction


logger = logging.getLogger(__name__)


def drain_once(root, force=True, terms=None):
    """Deliver all that is committed and pending for *root*, target after target.

    Uses a connection of its own: what the caller has not committed is not there.

    :param force: also where the pause after a failure is not over.
    :return: ``{target: Drained}``, for the targets that had something pending.
    """
    terms = terms or Terms(new_owner(), force=force)
    session = Session(root._p_jar.db(), finder_of(root))
    try:
        with session.reading() as root:
            names = waiting(root, terms.force)
        if names:
            hand_out_all(session)
        return {name: _drain_and_release(session, name, terms) for name in names}
    finally:
        session.close()


def _drain_and_release(session, name, terms):
    """The next drainer need not wait for the lease to end."""
    try:
        return drain_target(session, name, terms)
    finally:
        session.write(lambda root: release_all(root, terms.owner, [name]))


def release_all(root, owner, names=None):
    """Give back the leases of *owner* on all targets, or on *names*."""
    outbox = find_outbox(root)
    targets = {} if outbox is None else outbox["targets"]
    for name in list(targets) if names is None else names:
        if name in targets:
            release(targets[name], owner)


def drain_database(db, sites=finders, force=True):
    """Deliver all that is pending in *db*, a thread for each target, so that one
    that hangs does not hold up the others.

    :param sites: ``sites(connection) -> {name: find}``.
    :return: ``{(site, target): Drained}``
    """
    terms = Terms(new_owner(), force=force)
    with ThreadPoolExecutor(max_workers=8) as pool:
        jobs = {
            (site, name): pool.submit(drain_alone, db, find, name, terms, True)
            for site, find, name in pending_targets(db, sites, force)
        }
    return {place: job.result() for place, job in jobs.items()}


def pending_targets(db, sites, force=False, owner=None):
    """``[(site, find, target)]`` of all that could be delivered now. Hands out what
    has arrived for them."""
    manager = transaction.TransactionManager()
    connection = db.open(manager)
    try:
        found = [
            (site, find, *_waiting(site, find, connection, force, owner))
            for site, find in sites(connection).items()
        ]
    finally:
        manager.abort()
        connection.close()
    for site, find, _names, due in found:
        if due:
            _hand_out(db, site, find)
    return [(site, find, name) for site, find, names, _ in found for name in names]


#: Sites whose outbox cannot be read; said once.
_unreadable = set()


def _waiting(site, find, connection, force, owner):
    """``(names, whether to hand out)``. One site that cannot be drained does not
    keep the others from it."""
    try:
        root = find(connection)
        names = waiting(root, force, owner)
        return names, is_due(root, names)
    except (NewerLayout, LookupError) as error:
        if site not in _unreadable:
            _unreadable.add(site)
            logger.error("outbox: %s is not drained: %s", site, error)
        return [], False


def _hand_out(db, site, find):
    try:
        session = Session(db, find)
        try:
            hand_out_all(session)
        finally:
            session.close()
    except Exception:  # The other sites, and the next time, go on.
        logger.exception("outbox: what arrived at %s was not handed out", site)


def drain_alone(db, find, name, terms, let_go=False):
    """Drain one target in a thread of its own.

    :return: a `Drained`; what goes wrong is logged and in there.
    """
    try:
        session = Session(db, find)
        try:
            act = _drain_and_release if let_go else drain_target
            return act(session, name, terms)
        finally:
            session.close()
    except Exception as error:  # The other targets, and the next time, go on.
        logger.exception("outbox: %s could not be drained", name)
        return Drained(error=f"{type(error).__name__}: {error}")
    finally:
        # Code of targets may have used the transaction of the thread.
        transaction.abort()
