"""The outbox of a site comes, rests, and goes."""

from ._arrivals import drop
from ._storage import ANNOTATION_KEY
from ._storage import find_outbox
from ._storage import need_arrivals
from ._storage import need_outbox
from ._storage import need_target
from zope.annotation.interfaces import IAnnotations


def prepare(root, **targets):
    """Make the outbox of *root* and its targets where they are missing, and let it
    be drained: ``prepare(site, search="marks", mail="messages")``.

    Not needed, but without it the first that write to a new target at the same
    time are a conflict, once. Writes nothing when all is there.

    :raises NewerLayout, ValueError:
    """
    outbox = need_outbox(root)
    if not outbox["active"]:
        outbox["active"] = True
    need_arrivals(outbox)
    for name, kind in targets.items():
        need_target(root, name, kind)


def prepare_target(root, name, kind):
    """Make one target where it is missing, with any name ("webhook:crm").

    :param kind: "marks" or "messages".
    :raises NewerLayout, ValueError:
    """
    need_target(root, name, kind)


def suspend(root):
    """Keep all there is and drain nothing, until `prepare` is called."""
    outbox = find_outbox(root)
    if outbox is not None and outbox["active"]:
        outbox["active"] = False


def is_active(root):
    """Whether there is an outbox that is drained."""
    outbox = find_outbox(root)
    return outbox is not None and outbox["active"]


def forget(root):
    """Remove the outbox and all in it, sent or not; whoever wrote it."""
    IAnnotations(root).pop(ANNOTATION_KEY, None)


def forget_target(root, name):
    """Remove a target and all in it, for one that is not configured any more."""
    outbox = find_outbox(root)
    if outbox is not None and name in outbox["targets"]:
        drop(outbox, name, float("inf"))
        del outbox["targets"][name]
