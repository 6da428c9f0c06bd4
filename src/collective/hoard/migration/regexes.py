"""Regular expressions of Python 2 that Python 3.11 refuses.

Python 2's fnmatch wrote its flags last (``.*\\.pdf\\Z(?ms)``); since 3.11 they
have to come first.
"""

import re


_PIECE = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<flags>\(\?[aiLmsux]+\))|.", re.DOTALL
)


def flags_first(pattern):
    """*pattern* with its global flags moved to the front.

    Unchanged where that is where they are.
    """
    kept, flags = [], []
    for piece in _PIECE.finditer(pattern):
        (flags if piece["flags"] else kept).append(piece[0])
    if not flags or pattern.startswith("".join(flags)):
        return pattern
    letters = dict.fromkeys("".join(flag[2:-1] for flag in flags))
    return f"(?{''.join(letters)})" + "".join(kept)


def refused(pattern, flags):
    """Why Python 3 does not compile *pattern* (text or bytes), or None."""
    try:
        re.compile(pattern, flags)
    except (re.error, ValueError, TypeError, OverflowError, RecursionError) as error:
        return str(error)
    return None
