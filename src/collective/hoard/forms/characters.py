"""Which characters a text may have, and how to show one that has others."""

import re


#: Control characters other than tab and line ends: databases, XML and HTML
#: parsers stumble over them, and nobody types them on purpose.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def has_control(text):
    """Whether *text* has control characters other than tab and line ends."""
    return CONTROL.search(text) is not None


def encodable(text):
    """*text* with a question mark for each half of a surrogate pair, as bytes
    that are not UTF-8 leave them behind."""
    return text.encode("utf-8", "replace").decode("utf-8")


def showable(text):
    """*text* as any page can hold it; all else, tabs and line ends too, is kept."""
    return CONTROL.sub("?", encodable(text))


def printable(text):
    """*text* on one line for a message: whatever has no shape becomes "?"."""
    return "".join(c if c.isprintable() else "?" for c in encodable(text))
