"""The words of the rule language: text in, tokens with their places out."""

from .interfaces import RuleError
from typing import NamedTuple
import re


NAME = r"[\w*?][\w*?.=:\-]*"
TOKENS = re.compile(
    rf"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<number>\d+(?:\.\d+)?(?![\w.=:\-*?]))
  | (?P<name>(?:{NAME})?"(?:[^"\\]|\\.)*"|{NAME})
  | (?P<sign>>=|<=|==|!=|≥|≤|[><=(),%@/])
    """,
    re.VERBOSE,
)
ALIASES = {"≥": ">=", "≤": "<=", "=": "=="}
#: Longer texts are a mistake, and would take long to understand.
LONGEST = 10_000


class Token(NamedTuple):
    #: "number", "name", "quoted", "sign" or "end"
    kind: str
    text: str
    place: int


def tokens(text):
    """The tokens of *text*, the last of kind "end".

    :raises RuleError: A character that has no meaning, an open quotation.
    """
    if len(text) > LONGEST:
        raise RuleError(f"longer than {LONGEST} characters", text[:60], 0)
    result, place = [], 0
    while place < len(text):
        found = TOKENS.match(text, place)
        if not found:
            raise RuleError(complaint(text[place]), text, place)
        if found.lastgroup != "space":
            result.append(token(found))
        place = found.end()
    return [*result, Token("end", "", len(text.rstrip()))]


def token(found):
    kind, text = found.lastgroup, found.group()
    if kind == "sign":
        text = ALIASES.get(text, text)
    elif kind == "name" and text.endswith('"'):
        prefix, inner = text[:-1].split('"', 1)
        kind, text = "quoted", prefix + re.sub(r"\\(.)", r"\1", inner)
    return Token(kind, text, found.start())


def complaint(character):
    if character == '"':
        return "this quotation is not closed"
    return f"{character!r} has no meaning here; names with it need quotation marks"
