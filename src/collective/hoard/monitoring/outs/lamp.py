"""One line of JSON for a lamp or a strip of LEDs that shows how things are."""

from ..interfaces import STATUSES
import json


#: RGB, as LED strips want them; for people who see no red, green has some blue.
COLOURS = {
    "crit": (255, 0, 0),
    "warn": (255, 140, 0),
    "unknown": (90, 0, 160),
    "ok": (0, 180, 60),
    "unmonitored": (20, 20, 20),
}
#: What decides the colour of the whole, the first that there is any of.
WORST = ("crit", "warn", "unknown", "ok", "unmonitored")


def lamp(facts, leds=0):
    """``{"status", "rgb", "counts"}`` and, with *leds*, ``"strip"``: so many
    colours in proportion to the counts, worst first, each status that occurs with
    at least one as far as there is room."""
    counts = facts.counts
    status = next((one for one in WORST if counts[one]), "unmonitored")
    told = {"status": status, "rgb": COLOURS[status], "counts": counts}
    if leds:
        told["strip"] = [COLOURS[one] for one in strip(counts, leds)]
    return json.dumps(told, separators=(",", ":")) + "\n"


def strip(counts, leds):
    """*leds* statuses, in the proportions of *counts* (largest remainder)."""
    there = [one for one in WORST if counts[one]][:leds]
    total = sum(counts[one] for one in there)
    if not total:
        return ["unmonitored"] * leds
    room = leds - len(there)
    exact = {one: counts[one] * room / total for one in there}
    many = {one: 1 + int(exact[one]) for one in there}
    by_rest = sorted(there, key=lambda one: exact[one] % 1, reverse=True)
    for one in by_rest[: leds - sum(many.values())]:
        many[one] += 1
    return [one for one in there for _ in range(many[one])]


assert set(WORST) == set(STATUSES)  # noqa: S101 - a new status needs a colour
