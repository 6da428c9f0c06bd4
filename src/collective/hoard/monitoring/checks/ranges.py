"""Ranges as people write them: status codes, and thresholds of plugins."""

from .interfaces import CheckUnusable
from functools import lru_cache
import math
import re


OK_CODES = "100-499"
_CODES = re.compile(r"^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$")
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_THRESHOLD = re.compile(rf"^(@?)(?:(~|{_NUMBER})?(:))?({_NUMBER})?$")


@lru_cache(maxsize=512)
def code_ranges(text: str) -> tuple:
    """``"200-299, 304"`` as ((200, 299), (304, 304)).

    :raises CheckUnusable: It is not such a list.
    """
    ranges = []
    for part in filter(str.strip, text.split(",")):
        match = _CODES.match(part)
        if match is None:
            raise CheckUnusable(
                f"{part.strip()!r} is not a range of status codes: write 200-399 or 404."
            )
        low = int(match[1])
        high = int(match[2] or low)
        if high < low:
            raise CheckUnusable(f"{part.strip()!r} ends before it begins.")
        ranges.append((low, high))
    return tuple(ranges)


@lru_cache(maxsize=256)
def status_table(ok: str, warn: str, crit: str) -> tuple:
    """The status of each code from 0 to 999; crit where nothing is said."""
    table = ["crit"] * 1000
    # The worse is written last: it wins where ranges overlap.
    for status, text in (("ok", ok), ("warn", warn), ("crit", crit)):
        for low, high in code_ranges(text):
            table[low : high + 1] = [status] * (high + 1 - low)
    return tuple(table)


@lru_cache(maxsize=2048)
def threshold(text: str) -> tuple:
    """``"10"``, ``"10:"``, ``"~:10"``, ``"10:20"``, ``"@10:20"`` -> (low, high, inside).

    As the guidelines of the monitoring plugins have it: the alert is for a
    number outside of the range, with ``@`` for one inside.

    :raises CheckUnusable: It is none of these.
    """
    match = _THRESHOLD.match(text.strip())
    if match is None or not text.strip("@ "):
        raise CheckUnusable(
            f"{text!r} is not a threshold: write 10, 10:, ~:10, 10:20 or @10:20."
        )
    inside, low, _colon, high = match.groups()
    bottom = -math.inf if low == "~" else float(low or 0)
    top = math.inf if high is None else float(high)
    if top < bottom:
        raise CheckUnusable(f"The threshold {text!r} ends before it begins.")
    return bottom, top, bool(inside)


def alerts(text: str, number: float) -> bool:
    """Whether *number* is one to alert for; not a number always is."""
    low, high, inside = threshold(text)
    if math.isnan(number):
        return True
    return (low <= number <= high) is inside


def graded(number: float, warn: str | None, crit: str | None) -> str:
    """ok, warn or crit."""
    if crit and alerts(crit, number):
        return "crit"
    return "warn" if warn and alerts(warn, number) else "ok"
