"""How much room rows take, judged by a few of them."""

from ._shards import find
from ._shards import merged
from ._shards import newest
from ._shards import oldest
from .files import is_file
from itertools import islice


SAMPLES = 20

#: Bytes of a row outside its own record: the record's header, its key in two
#: half-full tree leaves (the token's as well), measured after a pack.
AROUND_A_ROW = 110


def estimate(trees, count) -> int:
    """Bytes of *count* rows and their files, from `SAMPLES` of them."""
    sizes = [_row_size(find(trees, key)) for key in _spread(trees)]
    return round(sum(sizes) / len(sizes) * count) if sizes else 0


def _spread(trees):
    """Keys spread evenly over time: the first one after each tick."""
    first, last = oldest(trees), newest(trees)
    if first is None:
        return set()
    ticks = (first + (last - first) * n // (SAMPLES - 1) for n in range(SAMPLES))
    return {key for tick in ticks for key in islice(merged(trees, low=tick), 1)}


def _row_size(row) -> int:
    files = sum(value["size"] for value in row.values() if is_file(value))
    # Known to a loaded object, in steps of 64 bytes; 0 if never committed.
    return row._p_estimated_size + files + AROUND_A_ROW
