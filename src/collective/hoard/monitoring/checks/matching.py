"""Looking into answers: RE2 for text, short paths for JSON."""

from .interfaces import CheckUnusable
from functools import lru_cache
import re


MAX_PATTERN = 1000
_STEP = re.compile(r"""\.?([^.\[\]"]+)|\[(\d+)\]|\[\s*"([^"]*)"\s*\]""")


def _options(re2):
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    # An answer may hold any bytes: as Latin-1 each of them is a character.
    options.encoding = re2.Options.Encoding.LATIN1
    return options


@lru_cache(maxsize=1024)
def pattern(text: str):
    """*text* compiled, to search in bytes, in time linear to them.

    :raises CheckUnusable: RE2 does not take it.
    """
    if len(text) > MAX_PATTERN:
        raise CheckUnusable("A pattern is longer than 1,000 characters.")
    # Loaded when the first check has a pattern: it takes 3 MB.
    import re2

    try:
        return re2.compile(text.encode("utf-8"), options=_options(re2))
    except re2.error as error:
        said = error.args[0] if error.args else ""
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        raise CheckUnusable(
            f"The pattern {text!r} cannot be used: {said}. Look-ahead, "
            "look-behind and back-references are not available."
        ) from error


def found(text: str, data: bytes) -> bool:
    """Whether the pattern *text* is found anywhere in *data*."""
    return pattern(text).search(data) is not None


@lru_cache(maxsize=1024)
def json_steps(path: str) -> tuple:
    """``$.pools[0]["max.size"]`` as ("pools", 0, "max.size").

    :raises CheckUnusable: It is not such a path.
    """
    rest = path.strip().removeprefix("$")
    steps, at = [], 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            raise CheckUnusable(
                f'{path!r} is not a JSON path: write $.state, pools[0].size or ["a.b"].'
            )
        key, index, quoted = match.groups()
        steps.append(int(index) if index else (key if key is not None else quoted))
        at = match.end()
    return tuple(steps)


def json_value(document, path: str):
    """What *document* has at *path*.

    :raises LookupError: Nothing.
    """
    for step in json_steps(path):
        if isinstance(step, int) is not isinstance(document, list):
            raise LookupError(path)
        if not isinstance(document, list | dict):
            raise LookupError(path)
        document = document[step]
    return document
