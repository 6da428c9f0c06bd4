"""The values of a result as others write them."""

from ..foreign import flaw
from ..foreign import is_number


MAX_VALUES = 100
#: Characters; a longer name is cut.
MAX_NAME, MAX_UNIT = 200, 20


def read_values(values) -> dict:
    """``{name: (number, unit)}`` of names with numbers, or None for no values.

    :raises ValueError: They are none; the text is for who sent them.
    """
    if values is None:
        return {}
    if not isinstance(values, dict) or len(values) > MAX_VALUES:
        raise ValueError(f"values must be up to {MAX_VALUES} names with numbers.")
    return {_name(name): _value(name, value) for name, value in values.items()}


def _name(name):
    name = str(name)[:MAX_NAME]
    if words := flaw(name, MAX_NAME):
        raise ValueError(f"The name of a value {words}.")
    return name


def _value(name, value):
    """A number, [number, unit] or {"value": number, "unit": text}."""
    unit = ""
    if isinstance(value, dict):
        value, unit = value.get("value"), value.get("unit", "")
    elif isinstance(value, list) and len(value) == 2:
        value, unit = value
    said = repr(str(name)[:100])
    if not is_number(value):
        raise ValueError(f"The value {said} is not a number.")
    if unit is None:
        unit = ""
    if not isinstance(unit, str) or len(unit) > MAX_UNIT:
        raise ValueError(f"The unit of {said} is not a short text.")
    if words := flaw(unit, MAX_UNIT):
        raise ValueError(f"The unit of {said} {words}.")
    return float(value), unit
