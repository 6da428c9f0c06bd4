"""Dates, and moments with a time of day."""

from ..interfaces import ValueRefused
from ..settings import Setting
from ..zone import site_zone
from .base import in_order
from .base import Kind
from collective.hoard import _
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import UTC
import re


DAY = timedelta(days=1)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?\Z",
    re.ASCII,
)


def parse_date(text):
    """A date from ``YYYY-MM-DD``. :raises ValueError:"""
    if not DATE.match(text):
        raise ValueError(text)
    return date.fromisoformat(text)


class _DateBound(Setting):
    def problem(self, value):
        try:
            parse_date(value)
        except (TypeError, ValueError):
            return _("Must be a date, as 2026-12-31.")
        return None


class Date(Kind):
    title = _("Date")
    order = 100
    default_editor = "date"
    types = (date,)
    type = "date"
    settings = (
        _DateBound("min", "date", (str,), _("Earliest date")),
        _DateBound("max", "date", (str,), _("Latest date")),
    )

    def problems(self, field):
        yield from in_order(field, "min", "max")

    def parse(self, field, raw):
        try:
            return parse_date(raw.strip())
        except ValueError:
            raise ValueRefused(
                _("This is not a date. Expected is year-month-day, as 2026-12-31.")
            ) from None

    def check(self, field, value, limits):
        self._check_day(field, value)

    def _check_day(self, field, day):
        low, high = field.settings.get("min"), field.settings.get("max")
        if low and day < parse_date(low):
            text = _("The earliest date allowed is ${date}.", mapping={"date": low})
            raise ValueRefused(text)
        if high and day > parse_date(high):
            text = _("The latest date allowed is ${date}.", mapping={"date": high})
            raise ValueRefused(text)

    def to_json(self, field, value):
        return None if value is None else value.isoformat()

    def attributes(self, field, limits):
        bounds = {k: field.settings[k] for k in ("min", "max") if k in field.settings}
        return {"type": self.type, **bounds}


class Moment(Date):
    """A date with a time, typed in the site's zone and stored in UTC."""

    title = _("Date and time")
    order = 110
    default_editor = "date_time"
    types = (datetime,)
    type = "datetime-local"

    def parse(self, field, raw):
        text = raw.strip()
        if not MOMENT.match(text):
            raise ValueRefused(BAD_MOMENT)
        try:
            value = datetime.fromisoformat(text)
            if value.tzinfo is None:
                value = _in_zone(value, site_zone())
            # A day of room at both ends of the calendar: whoever shows it may
            # live in another zone.
            _ends = value - DAY, value + DAY
            return value.astimezone(UTC)
        except ValueRefused:
            raise
        except (ValueError, OverflowError):
            raise ValueRefused(BAD_MOMENT) from None

    def check(self, field, value, limits):
        self._check_day(field, value.astimezone(site_zone()).date())

    def to_text(self, field, value):
        if value is None:
            return ""
        local = value.astimezone(site_zone()).replace(tzinfo=None)
        timespec = "auto" if local.second or local.microsecond else "minutes"
        return local.isoformat(timespec=timespec)

    def display(self, field, value):
        return self.to_text(field, value).replace("T", " ")

    def attributes(self, field, limits):
        ends = {"min": "T00:00", "max": "T23:59"}
        bounds = {k: field.settings[k] + ends[k] for k in ends if k in field.settings}
        return {"type": self.type, **bounds}


def _in_zone(wall, zone):
    """*wall*, a naive datetime, in *zone*; of two such moments the first.

    :raises ValueRefused: the clocks are put forward over it.
    """
    value = wall.replace(tzinfo=zone)
    if value.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueRefused(SKIPPED)
    return value


SKIPPED = _(
    "The clocks are put forward that night, so this time does not exist. Please "
    "choose an earlier or a later one."
)
BAD_MOMENT = _(
    "This is not a date with a time. Expected is year-month-day hour:minute, "
    "as 2026-12-31 18:30."
)
