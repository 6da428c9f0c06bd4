"""Reading the parameters of a check: each once, none left over."""

from .common import COMMON
from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .matching import pattern


class Parameters:
    """The parameters of *spec*, asked for by name; `done()` names the rest.

    Every question raises `CheckUnusable` with a sentence for a person.
    """

    def __init__(self, spec: CheckSpec):
        self._left = dict(spec.params or {})

    def text(self, name, default="", longest=2000):
        value = self._left.pop(name, None)
        if value is None:
            return default
        if not isinstance(value, str):
            raise CheckUnusable(f"{name} must be a text.")
        if len(value) > longest:
            raise CheckUnusable(f"{name} is longer than {longest:,} characters.")
        if "\0" in value:
            raise CheckUnusable(f"{name} holds a NUL character.")
        return value

    def pattern(self, name):
        text = self.text(name)
        if text:
            pattern(text)
        return text

    def number(self, name, default=None, low=0.0, high=1e12):
        value = self._left.pop(name, None)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CheckUnusable(f"{name} must be a number.")
        if not low <= value <= high:
            raise CheckUnusable(f"{name} must be between {low:g} and {high:g}.")
        return value

    def flag(self, name, default):
        value = self._left.pop(name, None)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise CheckUnusable(f"{name} must be true or false.")
        return value

    def choice(self, name, choices, default):
        value = self._left.pop(name, None)
        if value is None:
            return default
        if not isinstance(value, str) or value not in choices:
            raise CheckUnusable(
                f"{name} must be one of: {', '.join(map(str, choices))}."
            )
        return value

    def mapping(self, name, most=50):
        """{text: text}, empty where the parameter is missing."""
        value = self._left.pop(name, None) or {}
        if not isinstance(value, dict) or not all(
            isinstance(part, str) for pair in value.items() for part in pair
        ):
            raise CheckUnusable(f"{name} must be names with texts.")
        if len(value) > most:
            raise CheckUnusable(f"{name} has more than {most} entries.")
        return value

    def texts(self, name, most=100):
        """A list of texts; a single text is a list of one."""
        value = self._left.pop(name, None) or []
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise CheckUnusable(f"{name} must be a list of texts.")
        if len(value) > most:
            raise CheckUnusable(f"{name} has more than {most} entries.")
        return value

    def rows(self, name, most=20):
        """A list of mappings."""
        value = self._left.pop(name, None) or []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise CheckUnusable(f"{name} must be a list of mappings.")
        if len(value) > most:
            raise CheckUnusable(f"{name} has more than {most} entries.")
        return value

    def done(self):
        """:raises CheckUnusable: A parameter that nobody asked for."""
        for name in COMMON:
            self._left.pop(name, None)
        if self._left:
            names = ", ".join(sorted(self._left))
            raise CheckUnusable(f"Unknown parameters: {names}.")
