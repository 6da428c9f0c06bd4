"""Numbers, dates and the like as text that sorts as they do.

So one kind of field serves in every back end, with the same result: exact to
the last of the 40 digits that a form takes, where Solr's own numbers have 19,
and a larger one would be a document that Solr refuses.
"""

from datetime import date
from datetime import datetime
from datetime import time
from datetime import UTC
from decimal import Decimal


#: Texts are compared whole up to this length, as long as a choice may be.
LONGEST = 500
#: Of the exponent; both ends are far outside of what forms take.
MIDDLE = 5000
HIGHEST_DIGIT = str.maketrans("0123456789", "9876543210")

#: The first character tells the type, so that values of a field that has changed
#: its kind never mix.
BOOLEAN, DAY, MOMENT, NUMBER, TEXT, CLOCK = "bdmnst"


def exact(value) -> tuple:
    """The exact texts of a stored *value*, none for files and for None."""
    if isinstance(value, tuple):
        return tuple(text for one in value for text in exact(one))
    convert = CONVERTERS.get(type(value))
    return () if convert is None else (convert(value),)


def text(value: str) -> str:
    return TEXT + value[:LONGEST]


def boolean(value: bool) -> str:
    return BOOLEAN + ("1" if value else "0")


def day(value: date) -> str:
    return DAY + value.isoformat()


def moment(value: datetime) -> str:
    return MOMENT + value.astimezone(UTC).replace(tzinfo=None).isoformat(
        timespec="microseconds"
    )


def number(value) -> str:
    """Sign, exponent, digits; all complemented where it is negative.

    *value* is an int, a finite float or a finite Decimal.
    """
    sign, digits, exponent = _parts(value)
    mantissa = digits.lstrip("0")
    exponent += len(mantissa)
    mantissa = mantissa.rstrip("0")
    if not mantissa:
        return NUMBER + "1"
    exponent = min(max(exponent + MIDDLE, 0), 2 * MIDDLE - 1)
    if not sign:
        return f"{NUMBER}2{exponent:04d}{mantissa}"
    # "~" is above all digits: -1.2 is less than -1.
    return f"{NUMBER}0{f'{exponent:04d}{mantissa}'.translate(HIGHEST_DIGIT)}~"


def _parts(value):
    """Sign, digits as text, exponent of ten."""
    if isinstance(value, int):
        return value < 0, str(abs(value)), 0
    value = Decimal(repr(value)) if isinstance(value, float) else value
    sign, digits, exponent = value.as_tuple()
    return sign, "".join(map(str, digits)), exponent


CONVERTERS = {
    str: text,
    bool: boolean,
    int: number,
    float: number,
    Decimal: number,
    date: day,
    datetime: moment,
    time: lambda value: CLOCK + value.isoformat(),
}
