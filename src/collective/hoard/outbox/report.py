"""The state of outboxes as plain data, and whether it is worth a warning."""

from ._state import outbox_state
from .interfaces import TargetState
from dataclasses import asdict
from dataclasses import dataclass
from datetime import datetime
from datetime import UTC


OK, WARNING, CRITICAL = 0, 1, 2
LEVELS = ("ok", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which on it is a warning, or critical. Ages are those of the oldest
    pending entry, in seconds; ``parked`` are numbers."""

    warning_age: float = 300
    critical_age: float = 3600
    warning_pending: int = 10_000
    critical_pending: int = 1_000_000
    warning_parked: int = 1
    critical_parked: int = 1000


def problems(state: TargetState, thresholds: Thresholds, now=None) -> list:
    """``[(level, text)]`` of what is wrong with one target."""
    now = now or datetime.now(UTC)
    age = (now - state.oldest).total_seconds() if state.oldest else 0
    found = []
    for level in (CRITICAL, WARNING):
        prefix = LEVELS[level]
        limits = (
            ("age", age, f"the oldest of {state.pending} has waited for {age:.0f} s"),
            ("pending", state.pending, f"{state.pending} are pending"),
            ("parked", state.parked, f"{state.parked} are parked"),
        )
        for name, value, text in limits:
            if value and value >= getattr(thresholds, f"{prefix}_{name}"):
                if all(text != known for _, known in found):
                    found.append((level, text))
    return found


def report(root, thresholds=None) -> dict:
    """JSON data for one site: docs/reference/outbox.md has its fields."""
    return report_of(outbox_state(root), thresholds or Thresholds())


def report_of(states, thresholds) -> dict:
    """See `report`."""
    targets, level = {}, OK
    for name, state in states.items():
        found = problems(state, thresholds)
        level = max([level, *(one for one, _ in found)])
        targets[name] = plain(state) | {"problems": [text for _, text in found]}
    return {"status": LEVELS[level], "targets": targets}


def plain(state) -> dict:
    """A dataclass with times as texts in ISO 8601."""
    return {
        name: value.isoformat(timespec="seconds")
        if isinstance(value, datetime)
        else value
        for name, value in asdict(state).items()
        if name != "name"
    }


def worst(reports) -> int:
    """The highest level of several reports."""
    return max((LEVELS.index(one["status"]) for one in reports), default=OK)
