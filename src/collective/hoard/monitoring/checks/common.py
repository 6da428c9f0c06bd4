"""What a check of any kind may say: where it runs, what unknown means, limits."""

from ..foreign import flaw
from ..foreign import flaw_within
from .interfaces import CheckUnusable
from .thresholds import thresholds_in
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field


#: What a result "unknown" may count as; "absent" is no sample.
UNKNOWN = ("absent", "warn", "crit")
#: Parameters of any check, beside those of its kind.
COMMON = ("where", "unknown", "thresholds", "tags", "title")
LONGEST_NAME = 200
MOST = 100


@dataclass(frozen=True, slots=True)
class Common:
    """`where`: the sources that run it, empty where nothing is said."""

    where: tuple = ()
    unknown: str = "absent"
    thresholds: dict = field(default_factory=dict)


NOTHING_SAID = Common()


def common_of(params: Mapping | None) -> Common:
    """Read the parameters that every check may have.

    :raises CheckUnusable: One does not fit; it is named.
    """
    if not params or params.keys().isdisjoint(COMMON):
        return NOTHING_SAID
    unknown = params.get("unknown", "absent")
    if unknown not in UNKNOWN:
        raise CheckUnusable(f"unknown must be one of: {', '.join(UNKNOWN)}.")
    _texts("tags", params.get("tags"))
    title = params.get("title")
    if title is not None and (not isinstance(title, str) or flaw(title, 500)):
        raise CheckUnusable("title must be a line of text of up to 500 characters.")
    where = _texts("where", params.get("where"))
    return Common(where, unknown, thresholds_in(params))


def _texts(name, value):
    if value is None:
        return ()
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not texts or len(texts) > MOST:
        raise CheckUnusable(f"{name} must be a list of names, and not empty.")
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise CheckUnusable(f"{name} must be a list of names, and not empty.")
        if words := flaw(text, LONGEST_NAME):
            raise CheckUnusable(f"A name in {name} {words}.")
    return tuple(texts)


def look_at_params(params: Mapping | None) -> None:
    """:raises CheckUnusable: A parameter that no database or server takes."""
    for name, value in (params or {}).items():
        if words := flaw(name, LONGEST_NAME):
            raise CheckUnusable(f"The name of a parameter {words}.")
        if words := flaw_within(value):
            raise CheckUnusable(f"{name} {words}.")
