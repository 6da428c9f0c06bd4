"""Integers and decimals."""

from ..interfaces import ValueRefused
from ..settings import Setting
from .base import in_order
from .base import Kind
from collective.hoard import _
from decimal import Decimal
import re


#: Digits of a number as a whole; more is a mistake or an attack, and CPython
#: refuses to print integers far beyond it.
MAX_DIGITS = 40
INTEGER = re.compile(r"[+-]?[0-9]{1,40}\Z", re.ASCII)
DECIMAL = re.compile(
    r"[+-]?([0-9]{1,40}([.,][0-9]{1,40})?|[.,][0-9]{1,40})\Z", re.ASCII
)


NO_INTEGER = _("This is not a whole number. Type digits only, as 42.")
NO_NUMBER = _("This is not a number. Type digits with one point or comma, as 4.5.")
TOO_LONG = _("This number has too many digits; 40 are allowed.")


class _Number(Kind):
    def problems(self, field):
        yield from in_order(field, "min", "max")

    def check(self, field, value, limits):
        low, high = field.settings.get("min"), field.settings.get("max")
        if low is not None and value < self._bound(low):
            text = _("The number must be at least ${number}.", mapping={"number": low})
            raise ValueRefused(text)
        if high is not None and value > self._bound(high):
            text = _("The number must be at most ${number}.", mapping={"number": high})
            raise ValueRefused(text)

    def _bound(self, number):
        return Decimal(repr(number))

    def to_csv(self, field, value):
        return value


class _Bound(Setting):
    """A lowest or highest number: any finite one, negative too."""

    def problem(self, value):
        if isinstance(value, bool) or not isinstance(value, self.types):
            return Setting.problem(self, value)
        if abs(value) >= 10**MAX_DIGITS or len(plain(value)) > MAX_DIGITS:
            return _("Too many digits.")
        return None


def plain(number):
    """*number* as people write it, without an exponent; `Decimal` and float."""
    return format(Decimal(repr(number)), "f")


class Integer(_Number):
    title = _("Whole number")
    json_expected = NO_INTEGER
    types = (int,)
    order = 50
    default_editor = "integer"
    settings = (
        _Bound("min", "integer", (int,), _("Minimum")),
        _Bound("max", "integer", (int,), _("Maximum")),
    )

    def parse(self, field, raw):
        text = raw.strip()
        if INTEGER.match(text):
            return int(text)
        plain_digits = text.isascii() and text.lstrip("+-").isdigit()
        raise ValueRefused(TOO_LONG if plain_digits else NO_INTEGER)

    def from_json(self, field, raw):
        if type(raw) is int:
            if abs(raw) >= 10**MAX_DIGITS:
                raise ValueRefused(TOO_LONG)
            return raw
        return super().from_json(field, raw)

    def attributes(self, field, limits):
        low = field.settings.get("min")
        plain = low is not None and low >= 0
        return {"type": "text", "inputmode": "numeric" if plain else "text"}


class DecimalNumber(_Number):
    title = _("Decimal number")
    json_expected = NO_NUMBER
    types = (Decimal,)
    order = 60
    default_editor = "decimal_text"
    settings = (
        _Bound("min", "decimal", (int, float), _("Minimum")),
        _Bound("max", "decimal", (int, float), _("Maximum")),
    )

    def parse(self, field, raw):
        text = raw.strip()
        if not DECIMAL.match(text):
            raise ValueRefused(NO_NUMBER)
        return Decimal(text.replace(",", "."))

    def from_json(self, field, raw):
        if type(raw) in (int, float):
            raw = plain(raw) if abs(raw) < 10**MAX_DIGITS else "x"
        return super().from_json(field, raw)

    def to_text(self, field, value):
        return "" if value is None else format(value, "f")

    def to_json(self, field, value):
        """A string: a JSON number would lose digits in most readers."""
        return None if value is None else format(value, "f")

    def attributes(self, field, limits):
        return {"type": "text", "inputmode": "decimal"}
