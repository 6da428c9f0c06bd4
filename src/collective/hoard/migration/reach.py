"""Follow a rule's reference through tree nodes and buckets, in all revisions."""

from .interfaces import BadPickle
from .references import target


def follow(source, positions, converter_for, targets):
    """All objects that the rules of *targets* reach: ``oid -> Rule``.

    :param positions: Newest record of each object of the source.
    :param converter_for: Makes a `RecordConverter` with a given reach.
    """
    reach = dict(targets)
    todo = list(targets)
    converter = converter_for(reach)
    while todo:
        oid = todo.pop()
        for data in _revisions(source, positions.get(oid)):
            for link, rule in _links(converter, data, oid):
                if link not in reach:
                    reach[link] = rule
                    todo.append(link)
    return reach


def _revisions(source, position):
    while position:
        record = source.record_at(position)
        if record.data is not None:
            yield record.data
        position = source.previous(position)


def _links(converter, data, oid):
    try:
        _, _, walk, _ = converter.read(data, oid)
    except (BadPickle, RecursionError, MemoryError):
        return
    for reference, rule in walk.reached:
        database, link = target(reference.pid)
        if link is not None and database is None:
            yield link, rule
