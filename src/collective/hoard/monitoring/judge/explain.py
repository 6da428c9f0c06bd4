"""Why a rule is as it is: its expression with what each part is worth."""

from ..interfaces import UnknownCheck
from .picture import BAD


WORTH = {True: "true", False: "false", None: "unknown"}
#: So many members that are not well are named.
NAMED = 10


def explained(picture, name):
    """Lines of text.

    :raises UnknownCheck: There is no such rule.
    """
    for kept in picture.rules.rules.values():
        if kept.rule.name == name:
            return [*heading(picture, kept), *culprits(picture, kept)]
    raise UnknownCheck(f"There is no rule {name!r}, or it is switched off.")


def heading(picture, kept):
    status, reason = picture.rules.judged(kept)
    yield f"{kept.rule.name} is {status}" + (f": {reason}" if reason else "")
    yield from tree(picture, kept, kept.expression, 1)
    if kept.warning is not None:
        yield "  warning unless:"
        yield from tree(picture, kept, kept.warning, 2)


def tree(picture, kept, expression, depth):
    unknown = kept.rule.unknown
    worth = WORTH[expression.value(picture.board, unknown)]
    shown = str(expression)
    if not expression.parts():
        shown = expression.why(picture.board, unknown)
    yield f"{'  ' * depth}{worth:8}{shown}"
    for part in expression.parts():
        yield from tree(picture, kept, part, depth + 1)


def culprits(picture, kept):
    bad = sorted(
        (picture.status_of(m), picture.board.members[m].name)
        for m in kept.members
        if picture.status_of(m) in BAD
    )
    if bad:
        yield f"  not well: {len(bad)} of {len(kept.members)} members"
    for status, name in bad[:NAMED]:
        yield f"    {status:8}{name}"
    if len(bad) > NAMED:
        yield f"    and {len(bad) - NAMED} more"
