"""Thirty days that never were, as results to import; the same ones each time."""

from .checks import DAY
from .checks import DemoCheck
from .checks import HOUR
from .checks import PAST_STEP
from .checks import SENSOR
from math import pi
from math import sin
from random import Random
import json


DAYS = 30
SOURCE = "history"
#: The poller did not run: (days ago, hours). Nothing is known of that time.
GAPS = ((12.3, 3.0), (23.5, 1.5))
#: Days since the job that went dark brought its last result.
DARK = 2
#: One error in so many results, beside a good answer in the same slot.
SELDOM = 400


def lines(checks, now):
    """Yield each result as a line of `hoard-poller import`, bytes."""
    for check in checks:
        for row in results(check, now):
            yield json.dumps({"check": check.name, "source": SOURCE, **row}).encode()


def results(check: DemoCheck, now: int):
    """The results of one check, oldest first but for some errors."""
    dice = Random(check.name)  # noqa: S311 - not a secret
    start = now - DAYS * DAY + dice.randrange(PAST_STEP)
    outages = [
        (int(now - days * DAY), int(now - days * DAY + hours * HOUR), code, reason)
        for days, hours, code, reason in check.outages
    ]
    edges = [edge for one in outages for edge in one[:2]]
    times = sorted({*range(start, now - 60, PAST_STEP), *edges})
    for time in times:
        if not start <= time < now - 60 or not was_watched(check, time, now):
            continue
        failing = next((one for one in outages if one[0] <= time < one[1]), None)
        if failing:
            yield failed(time, failing, dice)
            continue
        yield answered(check, time, dice)
        often = SELDOM if "nagging" not in check.name else 8
        if not dice.randrange(often):
            yield failed(time + 5, (0, 0, 500, "status"), dice)


def was_watched(check, time, now):
    if check.kind == "passive" and check.name != SENSOR and time > now - DARK * DAY:
        return False
    ago = (now - time) / DAY
    return not any(days - hours / 24 < ago <= days for days, hours in GAPS)


def failed(time, outage, dice):
    _, _, code, reason = outage
    text = f"HTTP {code}" if code else f"No answer: {reason}"
    ms = 10_000.0 if reason == "timeout" else round(dice.uniform(2, 40), 1)
    row = {"time": time, "status": "crit", "code": code, "ms": ms}
    return row | {"reason": reason, "text": text}


def answered(check, time, dice):
    if check.name == SENSOR:
        return felt(time, dice)
    ms = check.ms * (1 + busy(time)) + dice.expovariate(1 / (check.ms / 4))
    row = {"time": time, "status": "ok", "code": 200, "ms": round(ms, 1)}
    if check.kind == "passive":
        return row | {"code": None, "text": "done"}
    if ms > check.params.get("warn_ms", 10_000):
        row |= {"status": "warn", "reason": "latency", "text": f"took {ms:.0f} ms"}
    return row


def busy(time):
    """0 at night to 1 at noon, UTC."""
    return max(sin(pi * ((time % DAY) / HOUR - 6) / 13), 0)


def felt(time, dice):
    """What the sensor in the cellar says: days are warmer, and one was too warm."""
    temperature = round(11 + 3 * busy(time) + dice.gauss(0, 0.3), 1)
    row = {"time": time, "status": "ok", "text": f"{temperature} C"}
    return row | {"values": {"temperature": [temperature, "C"]}}
