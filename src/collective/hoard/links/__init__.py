"""Signed download links that expire.

See docs/how-to/share-files.md, and `signing` for the form of a link.
"""

from .making import make_link
from .opening import open_link
from .register import downloads
from .register import links_of
from .register import revoke


__all__ = [
    #: Who used a link, and when.
    "downloads",
    #: The links that were made for a form.
    "links_of",
    #: Make a link.
    "make_link",
    #: What a link leads to, if it is good.
    "open_link",
    #: Make a link invalid at once.
    "revoke",
]
