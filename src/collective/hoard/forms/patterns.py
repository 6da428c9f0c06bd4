"""Regular expressions that editors write and visitors' input meets.

RE2 matches in time linear to the text, whatever the expression: nothing an
editor types can make a visitor's text hang the site.
"""

from collective.hoard import _
from functools import lru_cache
import re2


MAX_PATTERN = 1000


def _options():
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    return options


@lru_cache(maxsize=512)
def _compiled(pattern):
    return re2.compile(pattern, options=_options())


def pattern_problem(pattern):
    """What is wrong with *pattern*, or None."""
    if len(pattern) > MAX_PATTERN:
        return _("This is longer than 1,000 characters.")
    try:
        _compiled(pattern)
    except re2.error as error:
        text = error.args[0] if error.args else ""
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return _(
            "This pattern cannot be used: ${reason}. Look-ahead, look-behind and "
            "back-references are not available.",
            mapping={"reason": text},
        )
    return None


def matches(pattern, text):
    """Whether the whole of *text* matches *pattern*."""
    return _compiled(pattern).fullmatch(text) is not None
