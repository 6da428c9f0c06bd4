"""How much room rows take, judged by a few of them."""

from ._shards import find
from ._shards import merged
from .files import files_in
from itertools import chain


SAMPLES = 20

#: Bytes of a row outside its own record: the record's header, its key in two
#: half-full tree leaves (the token's as well), measured after a pack.
AROUND_A_ROW = 110


def estimate(shards, bounds, count) -> int:
    """Bytes of *count* rows and their files, from `SAMPLES` of them."""
    if bounds is None:
        return 0
    sizes = [_row_size(find(shards, key)) for key in _spread(shards, *bounds)]
    return round(sum(sizes) / len(sizes) * count)


def _spread(shards, first, last):
    """Keys spread evenly over time; each looked for in one shard if it can be."""
    for number in range(SAMPLES):
        tick = first + (last - first) * number // SAMPLES
        turn = number % len(shards)
        streams = (merged([one], low=tick) for one in shards[turn:] + shards[:turn])
        yield next(chain.from_iterable(streams))


def _row_size(row) -> int:
    files = sum(one["size"] for value in row.values() for one in files_in(value))
    # Known to a loaded object, in steps of 64 bytes; 0 if never committed.
    return row._p_estimated_size + files + AROUND_A_ROW
