"""Whether a document of entries has the shape that is expected.

What a name means, and whether it is there, is looked at when it is written.
"""

from .. import foreign
from ..control import CONTROL
from ..foreign import flaw
from ..interfaces import WrongUse
from ..judge import editing
from ..judge.interfaces import WrongSettings


KINDS = (*editing.KEYS, "contact", "policy")
#: Everything in there is text, where it is given.
TEXTS = (
    "name",
    "title",
    "expression",
    "warning",
    "unknown",
    "severity",
    "collapse",
    "check",
    "metric",
    "statistic",
    "comparison",
    "missing",
    "channel",
    "address",
    "zone",
    "selector",
    "redundancy",
    "recurrence",
    "author",
)
#: Of these a line break is part; everything else is on one line.
LONG = ("expression", "warning", "selector", "unknown")
#: Lists of names, where they are given; "on" may also be one name.
LISTS = ("checks", "groups", "contacts", "on")
FLAGS = ("enabled", "exempt", "public", "recoveries", "notes")
NUMBERS = ("period", "threshold", "clear", "n", "m", "repeat")
#: Longer texts and larger numbers are a mistake, and more than a database takes.
LONGEST, LARGEST = 10_000, 2**31 - 1


def look_at(data):
    """Look at a whole document.

    :raises WrongUse: It has a kind of entries that is not known.
    :raises WrongSettings: Something is no table, no text, no number or no list.
    """
    for kind, entries in data.items():
        if kind not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise WrongUse(f"{kind!r} is unknown; a file has {known}.")
        if not isinstance(entries, list):
            raise WrongSettings(
                f"Write [[{kind}]], with two brackets, before each {kind}."
            )
        for entry in entries:
            if not isinstance(entry, dict):
                raise WrongSettings(f"{kind}: {entry!r} is no table of settings.")
            for key, value in entry.items():
                if value is not None:
                    look_at_value(f"{kind}: {key}", key, value)


def look_at_value(what, key, value):
    if key in TEXTS and not is_text(value):
        raise WrongSettings(f"{what} must be a text, not {brief(value)}.")
    if key in TEXTS and key not in LONG:
        demand_line(what, value)
    if key in NUMBERS and not is_number(value):
        raise WrongSettings(f"{what} must be a number, not {brief(value)}.")
    if key in LISTS and not (key == "on" and is_text(value)) and not is_names(value):
        raise WrongSettings(f"{what} must be a list of names.")
    if key in LISTS:
        for name in [value] if is_text(value) else value:
            demand_line(what, name)
    if key in FLAGS and not isinstance(value, bool):
        raise WrongSettings(f"{what} must be true or false, not {brief(value)}.")
    if key == "steps" and not (isinstance(value, list) and all(map(is_table, value))):
        raise WrongSettings(f'{what} must be [{{ after = 15, contacts = ["name"] }}].')
    if key == "settings" and not is_table(value):
        raise WrongSettings(f"{what} must be a table of settings.")


def demand_line(what, value):
    """:raises WrongSettings: A line break in *value* could begin a header."""
    if CONTROL.search(value):
        raise WrongSettings(
            f"{what} must be on one line, without control characters, not"
            f" {brief(value)}."
        )


def demand_lines(what, value):
    """See `demand_line`, of all texts within a table."""
    if isinstance(value, str):
        demand_line(what, value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            demand_line(what, key)
            demand_lines(f"{what}: {key}", inner)
    elif isinstance(value, list):
        for inner in value:
            demand_lines(what, inner)


def brief(value):
    found = repr(value)
    return found if len(found) < 50 else f"{found[:50]}…"


def is_text(value):
    return isinstance(value, str) and not flaw(value, LONGEST, lines=True)


def is_number(value):
    return foreign.is_number(value) and abs(value) <= LARGEST


def is_names(value):
    return isinstance(value, list) and all(map(is_text, value))


def is_table(value):
    return isinstance(value, dict)
