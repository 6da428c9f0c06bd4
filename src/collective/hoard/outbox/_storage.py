"""The stored form of an outbox; docs/explanation/outbox.md shows it.

Writers only ever add to shards. All the rest of a target (state, lease, what is
parked) is written by its drainer, and by people with a button, alone.
"""

from ..annotations import find_annotation
from .interfaces import NewerLayout
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations


ANNOTATION_KEY = "collective.hoard.outbox"
VERSION = 1

#: Between the names of the targets that a message has arrived for.
SEPARATOR = "\n"

MARKS = "marks"
MESSAGES = "messages"
ARRIVALS = "arrivals"

#: Powers of two. Writers meet where a leaf is full and must be split: marks are
#: strewn over so many trees that leaves rarely are; messages go where nobody
#: else has been lately.
SHARDS = {MARKS: 256, MESSAGES: 64, ARRIVALS: 256}
MOST_SHARDS = max(SHARDS.values())

#: What every shard always holds. A leaf that somebody empties cannot be merged
#: with what others add to it meanwhile.
KEEP_MARK = ("", 0)
KEEP_MESSAGE = 0


def find_outbox(root):
    """The stored outbox, or None. Never writes.

    :raises NewerLayout:
    """
    outbox = find_annotation(root, ANNOTATION_KEY)
    if outbox is not None and outbox["version"] > VERSION:
        raise NewerLayout(
            f"the outbox has layout {outbox['version']}, this version knows "
            f"{VERSION}; install the newer collective.hoard"
        )
    return outbox


def need_outbox(root):
    """The stored outbox, made if there is none."""
    outbox = find_outbox(root)
    if outbox is None:
        outbox = PersistentMapping(version=VERSION, active=True, targets=OOBTree())
        IAnnotations(root)[ANNOTATION_KEY] = outbox
    return outbox


def find_arrivals(outbox):
    """The queue of messages that are not handed out yet; None in an outbox of an
    earlier version. Never writes."""
    return outbox.get(ARRIVALS)


def need_arrivals(outbox):
    """The same, made if there is none."""
    arrivals = find_arrivals(outbox)
    if arrivals is None:
        arrivals = outbox[ARRIVALS] = PersistentMapping(shards=_shards(ARRIVALS))
    return arrivals


def find_target(root, name):
    """The stored target, or None."""
    outbox = find_outbox(root)
    return None if outbox is None else outbox["targets"].get(name)


def need_target(root, name, kind):
    """The stored target, made if there is none.

    :raises ValueError: it is of the other kind, or the name is none.
    """
    return need_target_in(need_outbox(root), name, kind)


def need_target_in(outbox, name, kind):
    """As `need_target`, for who has the stored outbox."""
    targets = outbox["targets"]
    target = targets.get(name)
    if target is None:
        target = targets[name] = _new_target(name, kind)
    if target["kind"] != kind:
        raise ValueError(f"target {name!r} takes {target['kind']}, not {kind}")
    return target


def _new_target(name, kind):
    if type(name) is not str or not name or SEPARATOR in name:
        raise ValueError(f"a target has a name, not {name!r}")
    return PersistentMapping(
        kind=kind,
        shards=_shards(kind),
        parked=OOBTree(),
        failed=LOBTree(),
        state=PersistentMapping(),
        lease=PersistentMapping(owner="", expires=0),
    )


def _shards(kind):
    make, keep = _SHARD[kind]
    return tuple(make({keep: 0}) for _ in range(SHARDS[kind]))


_SHARD = {MARKS: (OOBTree, KEEP_MARK), MESSAGES: (LOBTree, KEEP_MESSAGE)}
_SHARD[ARRIVALS] = _SHARD[MESSAGES]


def is_empty(queue):
    """Whether nothing is in a target, or has arrived; looks at every shard, at no
    entry."""
    return all(_has_one(shard) for shard in queue["shards"])


def _has_one(shard):
    return shard.maxKey() in (KEEP_MARK, KEEP_MESSAGE)
