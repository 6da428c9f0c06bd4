"""Thresholds for values by their path: of sensors, of Munin nodes, of anything."""

from .interfaces import CheckUnusable
from .interfaces import Outcome
from .interfaces import worse
from .interfaces import WORST
from .ranges import graded
from .ranges import threshold
from collections.abc import Mapping


def thresholds_in(params: Mapping | None) -> dict:
    """{path: {"warn": text, "crit": text}} of a check's parameters.

    :raises CheckUnusable: They are something else.
    """
    rules = (params or {}).get("thresholds") or {}
    if not isinstance(rules, dict):
        raise CheckUnusable("thresholds must be paths with warn and crit.")
    for path, rule in rules.items():
        if not isinstance(rule, dict) or set(rule) - {"warn", "crit"}:
            raise CheckUnusable(f"The threshold of {path!r} has warn and crit only.")
        for text in rule.values():
            if not isinstance(text, str):
                raise CheckUnusable(
                    f"The threshold of {path!r} must be a text: '10:20'."
                )
            threshold(text)
    return rules


def judge_values(outcome: Outcome, rules: dict) -> None:
    """Lower *outcome* by those of its values that *rules* speak of."""
    worst = None
    for path, rule in rules.items():
        if path not in outcome.values:
            continue
        number, unit = outcome.values[path]
        status = graded(number, rule.get("warn"), rule.get("crit"))
        if worst is None or WORST[status] > WORST[worst[0]]:
            worst = (status, f"{path} is {number:g}{unit}")
    if worst:
        worse(outcome, worst[0], "threshold", worst[1])
