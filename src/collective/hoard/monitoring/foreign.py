"""What others wrote: texts that can be stored, numbers, addresses, JSON."""

from .control import CONTROL
from urllib.parse import urlsplit
import json
import re


#: No database stores half of a pair of surrogates; PostgreSQL no zero byte.
_NEVER = re.compile(r"[\x00\ud800-\udfff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
#: Above it a number is a mistake, and sums overflow.
GREATEST = 1e300
HALF = "holds half a character (a lone surrogate)"


def flaw(text: str, longest: int, lines=False) -> str:
    """What is wrong with a *text*, to be said behind its name; empty if nothing.

    With *lines* it may have line breaks and other control characters.
    """
    if len(text) > longest:
        return f"is longer than {longest:,} characters"
    # What is printable has neither; most texts are, and that is quick.
    if text.isprintable():
        return ""
    if _SURROGATES.search(text):
        return HALF
    if lines:
        return "holds a NUL character" if "\0" in text else ""
    return "holds a control character" if CONTROL.search(text) else ""


def storable(text: str) -> str:
    """*text* as any database stores it: what none does is left out or a "?"."""
    if text.isprintable() or not _NEVER.search(text):
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def is_number(value) -> bool:
    """Whether *value* is a number that can be counted with: no bool, inf, nan."""
    return type(value) in (int, float) and -GREATEST < value < GREATEST


def flaw_within(document) -> str:
    """What in *document*, as JSON has it, no database stores; empty if nothing."""
    # A stack of our own: others decide how deep it is.
    left = [document]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            left += [*part, *part.values()]
        elif isinstance(part, list | tuple):
            left += part
        elif isinstance(part, str) and not part.isprintable() and _NEVER.search(part):
            return HALF if _SURROGATES.search(part) else "holds a NUL character"
        elif isinstance(part, int | float) and not -GREATEST < part < GREATEST:
            return "holds a number that is none, or too large"
    return ""


def document_of(data):
    """The JSON document in *data*, a text or UTF-8.

    :raises ValueError: It is none; the text says why, without a full stop.
    """
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise ValueError(str(error)) from error
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from error
    except ValueError as error:
        # Python's own words advise to change a setting of the interpreter.
        raise ValueError("a number in it has too many digits") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def is_url(text, schemes) -> bool:
    """Whether *text* is a URL of one of *schemes* with a host, and a port if any."""
    try:
        url = urlsplit(text)
        # Asked for, a port that is none raises.
        return bool(url.scheme in schemes and url.hostname and url.port != 0)
    except ValueError:
        return False
