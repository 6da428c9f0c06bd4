"""One full drain in the current thread."""

from ._drain import drain_target
from ._drain import Terms
from ._drain import waiting
from ._lease import new_owner
from ._lease import release
from ._session import Session
from ._storage import find_target
from .sites import finder_of


def drain_once(root, force=True, terms=None):
    """Deliver all that is committed and pending for *root*, target after target.

    Uses a connection of its own: what the caller has not committed is not there.

    :param force: also where the pause after a failure is not over.
    :return: ``{target: Drained}``, for the targets that had something pending.
    """
    return drain(root._p_jar.db(), finder_of(root), force, terms)


def drain(db, find, force=True, terms=None):
    """See `drain_once`; *find* as for `Session`."""
    terms = terms or Terms(new_owner(), force=force)
    session = Session(db, find)
    try:
        with session.reading() as root:
            names = waiting(root, force)
        return {name: drain_and_release(session, name, terms) for name in names}
    finally:
        session.close()


def drain_and_release(session, name, terms):
    """See `drain_target`; the next drainer need not wait for the lease to end."""
    try:
        return drain_target(session, name, terms)
    finally:
        session.write(lambda root: _release(root, name, terms.owner))


def _release(root, name, owner):
    target = find_target(root, name)
    if target is not None:
        release(target, owner)
