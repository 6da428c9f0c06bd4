"""One drain of one target: read, send, remove what was acknowledged."""

from ._arrivals import arrived
from ._drain_marks import MarkRun
from ._drain_messages import MessageRun
from ._lease import hold
from ._lease import holder
from ._lease import LEASE_SECONDS
from ._state import failed
from ._state import may_try
from ._state import words
from ._storage import find_outbox
from ._storage import find_target
from ._storage import is_empty
from ._storage import MARKS
from .interfaces import Drained
from .interfaces import IMarkTarget
from .interfaces import IMessageTarget
from .interfaces import TargetDown
from dataclasses import dataclass
from zope.component import queryUtility
import logging


logger = logging.getLogger(__name__)

#: How many marks or messages are read, and removed, at once.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """How a drainer works. ``stop()`` tells it to end after what it is at."""

    owner: str
    lease_seconds: float = LEASE_SECONDS
    batch: int = BATCH
    stop: object = lambda: False
    #: Also where the pause after a failure is not over.
    force: bool = False


def waiting(root, force=False, owner=None):
    """Names of the targets that have something to deliver now, by *owner* if it
    matters: without those that another drainer holds."""
    outbox = find_outbox(root)
    if outbox is None or not outbox["active"]:
        return []
    new = arrived(outbox)
    return [
        name
        for name, target in outbox["targets"].items()
        if (name in new or not is_empty(target))
        and (force or may_try(target))
        and (owner is None or holder(target) in ("", owner))
    ]


def drain_target(session, name, terms):
    """Deliver what is pending for target *name*, until nothing is left, the
    target is down, or ``terms.stop()``.

    :return: a `Drained`. Errors of the target are in there, not raised.
    """
    total = Drained()
    while not terms.stop():
        one = drain_batch(session, name, terms)
        if one is None:
            break
        sent, parked = total.sent + one.sent, total.parked + one.parked
        total = Drained(sent, parked, one.error, one.busy)
        if one.error or one.busy:
            break
    return total


def drain_batch(session, name, terms):
    """A `Drained`; None if there is nothing to do."""
    ready = session.write(lambda root: _begin(root, name, terms))
    if ready is None or ready == "busy":
        return ready and Drained(busy=True)
    run = (MarkRun if ready == MARKS else MessageRun)(session, name, terms)
    try:
        with session.as_site() as root:
            run.run(_registered(name, ready), root)
    except TargetDown as error:
        return _down(session, name, run, words(error))
    return Drained(run.sent, run.parked)


def _begin(root, name, terms):
    """The kind of a target that is ours to drain; "busy", or None."""
    target = find_target(root, name)
    if target is None or is_empty(target):
        return None
    if not terms.force and not may_try(target):
        return None
    return target["kind"] if hold(target, terms.owner, terms.lease_seconds) else "busy"


def _registered(name, kind):
    contract = IMarkTarget if kind == MARKS else IMessageTarget
    target = queryUtility(contract, name.partition(":")[0])
    if target is None:
        raise TargetDown(f"no target is registered for {name!r}")
    return target


def _down(session, name, run, error):
    logger.warning("outbox: %s is down: %s", name, error)
    session.write(lambda root: failed(find_target(root, name), error))
    return Drained(run.sent, run.parked, error)
