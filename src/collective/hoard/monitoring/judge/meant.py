"""Whether a selector means anything that there is."""

from ..database import tables as t
from .loading import load_members
from .selectors import Both
from .selectors import Derived
from .selectors import Either
from .selectors import InGroup
from .selectors import Named
from .selectors import Without
from sqlalchemy import select


def unknown_names(connection, selector):
    """Those parts of *selector*, as text, that name a check, rule, alarm or group
    that there is not. Patterns may always fit something later.
    """
    members = load_members(connection).values()
    groups = set(connection.scalars(select(t.group.c.name)))
    return [
        str(part)
        for part in leaves(selector)
        if is_name(part) and not is_there(part, members, groups)
    ]


def fits_something(connection, selector):
    return any(map(selector.matches, load_members(connection).values()))


def leaves(selector):
    if isinstance(selector, Both | Either):
        for part in selector.parts:
            yield from leaves(part)
    elif isinstance(selector, Without):
        yield from leaves(selector.part)
    else:
        yield selector


def is_name(part):
    named = isinstance(part, Named | Derived | InGroup)
    return named and not set("*?") & set(part.name)


def is_there(part, members, groups):
    if isinstance(part, InGroup):
        return part.name in groups
    return any(map(part.matches, members))
