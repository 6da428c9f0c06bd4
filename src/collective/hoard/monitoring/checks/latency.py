"""Too slow is not good, whatever the answer."""

from .interfaces import Outcome
from .interfaces import worse


def judge_latency(outcome: Outcome, slow: tuple) -> None:
    """*slow*: milliseconds (warn, crit), each None where nothing is said."""
    warn, crit = slow
    if crit is not None and outcome.ms > crit:
        worse(outcome, "crit", "latency", f"{outcome.ms:.0f} ms, above {crit:g}")
    elif warn is not None and outcome.ms > warn:
        worse(outcome, "warn", "latency", f"{outcome.ms:.0f} ms, above {warn:g}")
