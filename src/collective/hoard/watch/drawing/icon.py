"""The shape of a status alone, beside its word."""

from .colours import shape
from .svg import element
from .svg import NAMESPACE


def icon(status, size=20):
    """Without a name of its own: the word stands beside it."""
    return element(
        "svg",
        shape(status, 20),
        xmlns=NAMESPACE,
        viewBox="0 0 20 20",
        width=size,
        height=size,
        aria_hidden="true",
        focusable="false",
        class_="hoard-icon",
    )
