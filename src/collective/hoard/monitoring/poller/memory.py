"""Giving memory back: a poller runs for months beside other things."""

import ctypes
import gc


#: glibc's name for the number of its heaps; each thread makes one of its own,
#: and what is freed in one of them helps no other.
M_ARENA_MAX = -8
HEAPS = 2
#: New objects between two collections. Each batch of samples makes thousands that
#: are gone after it: to look for cycles among them is a tenth of the work.
COLLECT = 20_000


def _library():
    try:
        return ctypes.CDLL(None)
    except OSError:
        return None


def spare() -> None:
    """Few heaps and few collections from now on; heaps only where there is glibc."""
    gc.set_threshold(COLLECT, *gc.get_threshold()[1:])
    if hasattr(_library(), "mallopt"):
        _library().mallopt(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Return to the system what is free; a matter of milliseconds.

    What is there stays: the next collections look only at what is newer.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if hasattr(_library(), "malloc_trim"):
        _library().malloc_trim(0)
