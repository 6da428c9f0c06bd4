"""What people type into the search box.

    words  "a phrase"  begin*  -without  field:word  field:"a phrase"  field:1..5

All of it must hold. What cannot be a field is words. Whatever is typed, the
result is a list of conditions over folded words and whitelisted fields: there
is nothing in it that a back end could take for a command.
"""

from .analysis import tokens
from .fields import FILE
from .fields import RANGED
from .fields import WORDS
from .interfaces import Among
from .interfaces import Between
from .interfaces import Words
from .reading import exact_bounds
from .reading import exact_value
from collective.hoard import _
import re


#: Characters that are read, and conditions that are looked for.
LONGEST = 1000
MOST = 32
PIECE = re.compile(
    r"(?P<minus>-)?(?:(?P<field>[a-z][a-z0-9_]{0,63}):)?"
    r'(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)

TOO_LONG = _(
    "Only the first ${count} characters were searched for.", mapping={"count": LONGEST}
)
TOO_MANY = _(
    "Only the first ${count} words were searched for.", mapping={"count": MOST}
)
NO_WORDS = _(
    "There is no word in what was typed. Words have letters or digits; other signs "
    "are not looked for."
)


def parse(text: str, fields) -> tuple:
    """``(words, filters, problem)`` of what somebody typed.

    :param fields: whitelist ``{id: SearchField}``.
    :return: tuples of `Words`, and of `Among` and `Between`; the problem is a
        message or None.
    """
    problem = TOO_LONG if len(text) > LONGEST else None
    found = []
    for match in PIECE.finditer(text[:LONGEST]):
        if len(found) == MOST:
            problem = TOO_MANY
            break
        found += _conditions(match, fields)
    if text.strip() and not found:
        problem = NO_WORDS
    words = tuple(c for c in found if isinstance(c, Words))
    return words, tuple(c for c in found if not isinstance(c, Words)), problem


def _conditions(match, fields):
    minus, name, phrase, word = match.group("minus", "field", "phrase", "word")
    field = fields.get(name) if name else None
    if name and field is None:
        # No such field: words like all others.
        word, phrase, name = f"{name} {word or phrase or ''}", None, None
    if field is not None and not minus and field.type not in (WORDS, FILE):
        typed = _typed(field, phrase if word is None else word)
        if typed is not None:
            return [typed]
    return _words(word if phrase is None else phrase, phrase is None, name, bool(minus))


def _typed(field, raw):
    """A condition on what is no text, or None if *raw* cannot be one."""
    low, dots, high = raw.partition("..")
    if dots and field.type in RANGED:
        bounds = exact_bounds(field, low, high)
        return bounds and Between(field.id, *bounds)
    values = exact_value(field, raw)
    return values and Among(field.id, values)


def _words(text, may_go_on, field, negated):
    goes_on = may_go_on and text.endswith("*")
    found = tokens(text)
    if not found:
        return []
    if not goes_on:
        return [Words(tuple(found), False, field, negated)]
    # The words before the last one are a phrase of their own: a back end looks
    # for beginnings of single words only.
    before = [Words(tuple(found[:-1]), False, field, negated)] if found[1:] else []
    return [*before, Words((found[-1],), True, field, negated)]
