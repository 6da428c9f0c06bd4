"""Text or bytes? The order of decision for one native string."""

from .rules import LATIN_ALWAYS
from functools import lru_cache
from unicodedata import category


# Control characters that ordinary text has all the same.
LAYOUT = "\t\n\r"

ASCII = "ascii"
ENCODED = "encoded"  # valid in the site's encoding, which is utf-8 as a rule
OTHER = "other"


def reads_as_text(text):
    """No control characters but tab and line ends."""
    return text.isprintable() or not any(
        category(char) == "Cc" and char not in LAYOUT for char in text
    )


def decoded(value, encoding):
    """*value* as text, or None."""
    try:
        return value.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


class Decider:
    """Decides native strings that no position fixes.

    :param encoding: What non-ascii strings are in if they are valid in it.
    :param fallbacks: Encodings to try next, for what then reads as text.
    :param outvoted: ``(class, attribute)`` for which fallbacks do not count:
        what is not in the encoding is bytes, because nearly all of it is.
    """

    def __init__(self, encoding="utf-8", fallbacks=("latin-1",), outvoted=()):
        self.encoding = encoding
        self.fallbacks = tuple(fallbacks)
        self.outvoted = frozenset(outvoted)
        self._by_value = lru_cache(4096)(self._by_value)

    def kind_of(self, value):
        """Is the native string ascii, valid in the encoding, or neither?"""
        if value.isascii():
            return ASCII
        return OTHER if decoded(value, self.encoding) is None else ENCODED

    def __call__(self, value, treatment=None, place=None):
        """What *value* becomes, and why: ``(text or bytes, reason)``."""
        if treatment is not None:
            ruled = self._by_rule(value, treatment)
            if ruled is not None:
                return ruled, str(treatment)
        if value.isascii():
            return value.decode("ascii"), ASCII
        decided = self._by_value(value)
        if place in self.outvoted and decided[1] in self.fallbacks:
            if decoded(value, self.encoding) is None:
                return value, "vote"
        return decided

    def guess(self, value):
        """What a value that is not in the encoding becomes: text or bytes."""
        return self._by_value(value)[0]

    def _by_rule(self, value, treatment):
        if treatment.kind == "bytes":
            return value
        if treatment.kind == LATIN_ALWAYS:
            return value.decode("latin-1")
        for encoding in ("ascii", "utf-8", treatment.kind):
            text = decoded(value, encoding)
            if text is not None:
                return text
        return None

    def _by_value(self, value):
        text = decoded(value, self.encoding)
        if text is not None:
            return text, self.encoding
        for encoding in self.fallbacks:
            text = decoded(value, encoding)
            if text is not None and reads_as_text(text):
                return text, encoding
        return value, "bytes"
