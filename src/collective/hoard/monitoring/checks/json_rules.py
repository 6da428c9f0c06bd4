"""What a check expects of a JSON answer, and the numbers it takes from it."""

from ..foreign import document_of
from ..foreign import is_number
from ..foreign import storable
from .interfaces import CheckUnusable
from .interfaces import Outcome
from .interfaces import worse
from .matching import found
from .matching import json_steps
from .matching import json_value
from .matching import pattern
from .ranges import graded
from .ranges import threshold
from dataclasses import dataclass
import json


MANY_VALUES = 100
MISSING = object()


@dataclass(frozen=True, slots=True)
class JsonRule:
    """`equals`, `matches` and thresholds are each optional."""

    path: str
    equals: object = MISSING
    matches: str = ""
    metric: str = ""
    unit: str = ""
    warn: str = ""
    crit: str = ""
    #: Nothing is said of an answer without it.
    optional: bool = False


def json_rules(rows) -> tuple:
    """:raises CheckUnusable: A row is not a rule."""
    return tuple(_rule(row) for row in rows)


def _rule(row):
    unknown = set(row) - set(JsonRule.__slots__)
    if unknown or not isinstance(row.get("path"), str):
        raise CheckUnusable(
            "A JSON rule has path and some of equals, matches, metric, unit, warn, crit,"
            " optional."
        )
    for name in ("matches", "metric", "unit", "warn", "crit"):
        if not isinstance(row.get(name, ""), str):
            raise CheckUnusable(f"{name} of a JSON rule must be a text.")
    if not isinstance(row.get("optional", False), bool):
        raise CheckUnusable("optional of a JSON rule is true or false.")
    rule = JsonRule(**row)
    json_steps(rule.path)
    if rule.matches:
        pattern(rule.matches)
    for text in filter(None, (rule.warn, rule.crit)):
        threshold(text)
    return rule


def apply_rules(outcome: Outcome, rules, body: bytes) -> None:
    """Judge *body* by *rules*, and put their numbers into the outcome."""
    try:
        document = document_of(body)
    except ValueError as error:
        worse(outcome, "crit", "match", f"The answer is not JSON: {error}")
        return
    for rule in rules:
        try:
            value = json_value(document, rule.path)
        except LookupError:
            if rule.optional:
                continue
            worse(outcome, "crit", "match", f"The answer has nothing at {rule.path}")
            continue
        _apply(outcome, rule, value)


def _apply(outcome, rule, value):
    if rule.equals is not MISSING and not _same(value, rule.equals):
        worse(outcome, "crit", "match", f"{rule.path} is {json.dumps(value)[:80]}")
    if rule.matches and not found(rule.matches, _text(value).encode("utf-8")):
        worse(
            outcome, "crit", "match", f"{rule.path} does not match: {_text(value)[:80]}"
        )
    if not (rule.metric or rule.warn or rule.crit):
        return
    if not is_number(value):
        worse(outcome, "crit", "match", f"{rule.path} is not a number")
        return
    outcome.values[rule.metric or rule.path] = (float(value), rule.unit)
    status = graded(value, rule.warn, rule.crit)
    worse(outcome, status, "threshold", f"{rule.path} is {value:g}{rule.unit}")


def _same(value, expected):
    """Equal, and true is not 1."""
    return value == expected and isinstance(value, bool) is isinstance(expected, bool)


def _text(value):
    return storable(value) if isinstance(value, str) else json.dumps(value)
