"""Results as others write them: read strictly, answered in words."""

from ..checks.interfaces import Outcome
from ..checks.thresholds import judge_values
from ..foreign import document_of
from ..foreign import storable
from ..history.values import read_values
from ..interfaces import Sample
from .interfaces import Listing
from dataclasses import dataclass
from dataclasses import field


STATUSES = ("ok", "warn", "crit")
#: Characters of a text that are kept; a longer one is cut.
MAX_TEXT = 4000
KEYS = frozenset(
    ("check", "time", "status", "code", "ms", "text", "reason", "values", "source")
)


class ResultRefused(ValueError):
    """This result is not stored; the text says why."""


@dataclass
class Intake:
    """What becomes of a batch: `samples` to store, `refused` [(place, check, why)]."""

    samples: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    #: Results that say nothing, because "unknown" is no sample.
    silent: int = 0
    #: Where in the batch each sample stood.
    places: list = field(default_factory=list)


def parsed(data: bytes):
    """The list of results in *data*: one, a list, {"results": list}, or JSON lines.

    :raises ResultRefused: It is none of these.
    """
    try:
        document = document_of(data)
    except ValueError as error:
        raise ResultRefused(f"This is not JSON in UTF-8: {error}.") from error
    if isinstance(document, dict) and "results" in document:
        document = document["results"]
    if isinstance(document, dict):
        document = [document]
    if not isinstance(document, list):
        raise ResultRefused(
            'Send one result {"check": ..., "status": ...}, or a list of them.'
        )
    return document


def take_in(rows, listing: Listing, source: str, now: float, may=None) -> Intake:
    """Turn *rows* into samples of *source*.

    ``may(entry)`` says why the source may not bring results for a check of
    the list, or None.
    """
    intake = Intake()
    for place, row in enumerate(rows):
        name = row.get("check") if isinstance(row, dict) else None
        try:
            sample = sample_of(row, listing, source, now, may)
        except ResultRefused as error:
            intake.refused.append((place, str(name)[:200], str(error)))
            continue
        if sample is None:
            intake.silent += 1
        else:
            intake.samples.append(sample)
            intake.places.append(place)
    return intake


def sample_of(row, listing, source, now, may) -> Sample | None:
    """:raises ResultRefused: It cannot be stored."""
    if not isinstance(row, dict):
        raise ResultRefused("A result is an object with check and status.")
    if unknown := sorted(set(row) - KEYS):
        raise ResultRefused(f"Unknown keys: {', '.join(map(str, unknown))[:200]}.")
    entry = _entry(row, listing)
    if may and (why := may(entry)):
        raise ResultRefused(why)
    outcome = Outcome("ok", _code(row), _ms(row), _text(row, "text", MAX_TEXT))
    outcome.values = _values(row.get("values"))
    status = _status(row, entry, outcome)
    if status is None:
        return None
    outcome.status = status
    outcome.reason = _text(row, "reason", 200)
    if entry.thresholds:
        judge_values(outcome, entry.thresholds)
    return Sample(
        entry.id,
        source,
        _time(row, now),
        outcome.status,
        outcome.code,
        outcome.ms,
        outcome.text,
        outcome.reason,
        outcome.values,
    )


def _entry(row, listing):
    name = row.get("check")
    if not isinstance(name, str) or not name:
        raise ResultRefused("The name of the check is missing.")
    entry = listing.names.get(name)
    if entry is None:
        raise ResultRefused(f"There is no check {name[:200]!r}: make it first.")
    return entry


def _status(row, entry, outcome):
    status = row.get("status")
    if status is None and outcome.values:
        # A number alone: the thresholds of the check say what it means.
        return "ok"
    if status == "unknown":
        return entry.unknown if entry.unknown in STATUSES else None
    if status not in STATUSES:
        raise ResultRefused("status must be ok, warn, crit or unknown.")
    return status


def _time(row, now):
    time = row.get("time", now)
    if type(time) not in (int, float):
        raise ResultRefused("time must be a number: UTC seconds since 1970.")
    # Also integers: those of JSON have no end, those of a database do.
    if not abs(time) < 1e12:
        raise ResultRefused("time is no time.")
    return time if isinstance(time, int) else round(time, 6)


def _code(row):
    code = row.get("code")
    if code is not None and (type(code) is not int or abs(code) >= 1 << 31):
        raise ResultRefused("code must be a whole number.")
    return code


def _ms(row):
    ms = row.get("ms")
    if ms is None:
        return None
    if type(ms) not in (int, float) or not 0 <= ms < 1e12:
        raise ResultRefused("ms must be milliseconds, 0 or more.")
    return ms


def _text(row, key, longest):
    text = row.get(key, "")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise ResultRefused(f"{key} must be a text.")
    return storable(text[:longest])


def _values(values):
    try:
        return read_values(values)
    except ValueError as error:
        raise ResultRefused(str(error)) from error


#: What a satellite's heartbeat says in numbers.
NUMBERS = ("pid", "checks", "running", "late", "waiting", "lost")


def beat_of(document: dict) -> dict:
    """:raises ValueError: It is none, or a TypeError or AttributeError."""
    numbers = {key: document.get(key) or 0 for key in NUMBERS}
    if not all(type(n) in (int, float) and abs(n) < 1 << 31 for n in numbers.values()):
        raise ValueError("a number is none, or out of range")
    values = {key: int(number) for key, number in numbers.items()}
    if min(values.values()) < 0:
        raise ValueError("a number is out of range")
    for key in ("version", "note"):
        values[key] = storable(str(document.get(key) or "")[:500])
    return values


def problems_of(document: dict) -> dict:
    """``{name of a check: why it does not run}`` of what a satellite says.

    :raises ValueError: It is none, or a TypeError or AttributeError.
    """
    found = document["problems"] if "problems" in document else None
    if type(found) is not dict or {type(text) for text in found.values()} - {str}:
        raise ValueError("problems must be names of checks with sentences")
    return {name: storable(text) for name, text in found.items()}
