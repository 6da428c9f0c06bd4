"""Numbers about ourselves: what callers may rely on."""

from typing import NamedTuple


class Vital(NamedTuple):
    """One number. *name* is dotted, of letters, digits, "." and "_"; *unit* is
    "", "s", "ms", "B" or "%". *counts*: it only ever grows, until the process
    ends."""

    name: str
    number: float
    unit: str = ""
    counts: bool = False
    help: str = ""
