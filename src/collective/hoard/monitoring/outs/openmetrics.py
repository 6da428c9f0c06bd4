"""OpenMetrics 1.0 text (RFC draft "OpenMetrics, a cloud-native, highly scalable
metrics protocol"), as Prometheus and its kin read it."""

from ..interfaces import STATUSES
import math


CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def openmetrics(facts):
    """Yield the lines of all families, each with its line end, and "# EOF" last."""
    yield from _family("hoard_checks", "gauge", "Checks by status.")
    for status, count in facts.counts.items():
        yield _line("hoard_checks", {"status": status}, count)
    yield from _statuses(facts)
    yield from _since(facts)
    yield from _durations(facts)
    yield from _numbers(facts)
    if facts.heartbeat is not None:
        name = "hoard_poller_heartbeat_timestamp_seconds"
        told = "When the poller last said that it lives."
        yield from _family(name, "gauge", told, "seconds")
        yield _line(name, {}, facts.heartbeat)
    yield "# EOF\n"


def _statuses(facts):
    name = "hoard_check_status"
    yield from _family(name, "stateset", "Status of each check.")
    for one in facts.checks:
        for status in STATUSES:
            yield _line(name, {"check": one.name, name: status}, one.status == status)


def _since(facts):
    name = "hoard_check_since_timestamp_seconds"
    yield from _family(name, "gauge", "Since when it has that status.", "seconds")
    for one in facts.checks:
        if one.since is not None:
            yield _line(name, {"check": one.name}, one.since)


def _durations(facts):
    name = "hoard_check_duration_seconds"
    yield from _family(name, "gauge", "How long the newest result took.", "seconds")
    for one in facts.checks:
        if one.seconds is not None:
            yield _line(name, {"check": one.name}, one.seconds)


def _numbers(facts):
    name = "hoard_metric"
    yield from _family(name, "gauge", "The newest number of each metric of a check.")
    for one in facts.numbers:
        labels = {"check": one.check, "metric": one.name, "unit": one.unit}
        yield _line(name, labels, one.number)


def _family(name, kind, told, unit=""):
    yield f"# TYPE {name} {kind}\n"
    if unit:
        yield f"# UNIT {name} {unit}\n"
    yield f"# HELP {name} {_escaped(told)}\n"


def _line(name, labels, value):
    given = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return (
        f"{name}{{{given}}} {_number(value)}\n"
        if given
        else f"{name} {_number(value)}\n"
    )


def _number(value):
    if isinstance(value, bool):
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


def _escaped(text):
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    # Whatever bytes a check was named with, what is sent is UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")
