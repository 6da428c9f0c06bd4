"""All numbers together."""

from .process import database_vitals
from .process import process_vitals
from .site import site_vitals


def collect(site) -> list:
    """The `Vital`s of this process, its database and *site*. Reads only."""
    found = list(process_vitals())
    if site._p_jar is not None:
        found += database_vitals(site._p_jar.db())
    return found + list(site_vitals(site))


def as_json(vitals) -> dict:
    """``{"requests": {"p50": 12.5}, ...}``: nested, so that JSON paths are short."""
    answer = {}
    for vital in vitals:
        *path, last = vital.name.split(".")
        place = answer
        for part in path:
            place = place.setdefault(part, {})
        place[last] = vital.number
    return answer
