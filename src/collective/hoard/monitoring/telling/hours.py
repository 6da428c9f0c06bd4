"""Hours of the week in somebody's time zone: quiet hours, hours of duty."""

from ..judge.interfaces import WrongSettings
from ..judge.windows import local
from ..judge.windows import utc
from ..judge.windows import zone
from dataclasses import dataclass
from datetime import datetime
from datetime import time
from datetime import timedelta
import re


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Span:
    days: frozenset
    start: time
    #: Not after `start`: on the next day.
    end: time


@dataclass(frozen=True, slots=True)
class Hours:
    spans: tuple
    zone: str = "UTC"

    def end_at(self, now):
        """When the hours that *now* lies in are over; None outside of them."""
        ends = [until for since, until in self.around(now) if since <= now < until]
        if not ends:
            return None
        # Hours that follow one another are one time.
        return max([*ends, *filter(None, [self.end_at(max(ends))])])

    def start_after(self, now):
        """When they next begin; *now* within them, None where they never do."""
        if self.end_at(now) is not None:
            return now
        return min((s for s, _ in self.around(now, 8) if s > now), default=None)

    def around(self, now, days=1):
        """``(since, until)`` of yesterday's and the next days' hours."""
        today = local(now, self.zone).date()
        for offset in range(-1, days + 1):
            day = today + timedelta(days=offset)
            for span in self.spans:
                if day.weekday() in span.days:
                    last = day if span.end > span.start else day + timedelta(days=1)
                    since = utc(datetime.combine(day, span.start), self.zone)
                    yield since, utc(datetime.combine(last, span.end), self.zone)


def parse_hours(data, zone_name):
    """Hours from ``[{"days": "mon-fri", "from": "22:00", "to": "06:00"}]``.

    :raises WrongSettings: They cannot be understood.
    """
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        raise WrongSettings('Hours are a list of {"days", "from", "to"}.')
    zone(zone_name)
    spans = [parse_span(entry) for entry in data]
    if sum(len(span.days) for span in spans if span.start == span.end) >= 7:
        raise WrongSettings("Quiet hours or hours of duty cannot be the whole week.")
    return Hours(tuple(spans), zone_name) if spans else None


def parse_span(entry):
    if not isinstance(entry, dict):
        raise WrongSettings(f'{entry!r} is not {{"days", "from", "to"}}.')
    days = parse_days(entry.get("days", "mon-sun"))
    return Span(days, parse_time(entry.get("from")), parse_time(entry.get("to")))


def parse_days(text):
    found = set()
    for part in str(text).lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise WrongSettings(f"{text!r} are no days: write mon-fri or sat,sun.")
        start, end = DAYS.index(first), DAYS.index(last or first)
        count = (end - start) % 7 + 1
        found |= {(start + n) % 7 for n in range(count)}
    return frozenset(found)


def parse_time(text):
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(text))
    if not found:
        raise WrongSettings(f"{text!r} is no time of day: write 08:00.")
    return time(int(found[1]), int(found[2]))
