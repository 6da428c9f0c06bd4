"""The links that were made and their use, at the site root.

``IAnnotations(site)["collective.hoard.links"]`` is a `PersistentMapping`:
``links`` maps ids to tuples, ``log`` is a tuple of LOBTrees of tuples, by time
with random low bits, so that two downloads at once do not meet.
"""

from .interfaces import Download
from .interfaces import Link
from .interfaces import LinkInvalid
from .interfaces import Target
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations
import secrets
import time


ANNOTATION = "collective.hoard.links"
SHARDS = 16
#: Expired links and their downloads are kept for so long, for whoever asks.
KEPT = timedelta(days=365)
_LOW_BITS = 20


def add(site, link):
    """Remember *link*, and forget those that expired long ago."""
    stored = _made(site)
    _purge(stored, link.made - KEPT)
    target = link.target
    stored["links"][link.id] = (
        (target.kind, target.form_uid, target.key, target.field, target.format),
        link.made_for,
        _seconds(link.expires),
        _seconds(link.made),
        link.made_by,
        link.revoked,
    )


def find(site, id):
    """The `Link`.

    :raises LinkInvalid: there is none with that id.
    """
    stored = IAnnotations(site).get(ANNOTATION)
    values = stored["links"].get(id) if stored is not None else None
    if values is None:
        raise LinkInvalid(id)
    return _link(id, values)


def links_of(site, form_uid):
    """The `Link`s of a form, the newest first."""
    stored = IAnnotations(site).get(ANNOTATION)
    if stored is None:
        return []
    found = (_link(id, values) for id, values in stored["links"].items())
    of_form = [link for link in found if link.target.form_uid == form_uid]
    return sorted(of_form, key=lambda link: link.made, reverse=True)


def revoke(site, id):
    """Make a link invalid at once.

    :raises LinkInvalid: there is none with that id.
    """
    find(site, id)
    links = IAnnotations(site)[ANNOTATION]["links"]
    links[id] = (*links[id][:-1], True)


def log(site, id, user_id, address):
    """Note that somebody used the link."""
    key = time.time_ns() // 1_000_000 << _LOW_BITS | secrets.randbits(_LOW_BITS)
    shard = IAnnotations(site)[ANNOTATION]["log"][key & (SHARDS - 1)]
    shard[key] = (id, user_id, address)


def downloads(site, ids=None):
    """The `Download`s of the links *ids*, or of all, the newest first."""
    stored = IAnnotations(site).get(ANNOTATION)
    if stored is None:
        return []
    found = [
        (key, values)
        for shard in stored["log"]
        for key, values in shard.items()
        if ids is None or values[0] in ids
    ]
    return [_download(*one) for one in sorted(found, reverse=True)]


def forget(site):
    """Remove all links and the record of their use."""
    IAnnotations(site).pop(ANNOTATION, None)


def _made(site):
    annotations = IAnnotations(site)
    if ANNOTATION not in annotations:
        shards = tuple(LOBTree() for _ in range(SHARDS))
        annotations[ANNOTATION] = PersistentMapping(
            version=1, links=OOBTree(), log=shards
        )
    return annotations[ANNOTATION]


def _purge(stored, before):
    limit = _seconds(before)
    for id, values in list(stored["links"].items()):
        if values[2] < limit:
            del stored["links"][id]
    newest = int(limit * 1000) << _LOW_BITS
    for shard in stored["log"]:
        for key in list(shard.keys(max=newest)):
            del shard[key]


def _link(id, values):
    target, made_for, expires, made, made_by, revoked = values
    return Link(
        id, Target(*target), made_for, _time(expires), _time(made), made_by, revoked
    )


def _download(key, values):
    return Download(_time((key >> _LOW_BITS) / 1000), *values)


def _seconds(moment):
    return int(moment.timestamp())


def _time(seconds):
    return datetime.fromtimestamp(seconds, UTC)
