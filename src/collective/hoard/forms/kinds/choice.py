"""Yes or no, one of, many of."""

from ..characters import has_control
from ..interfaces import ValueRefused
from ..settings import APPEARANCE
from ..settings import MAX_CHOICES
from ..settings import MIN_CHOICES
from ..settings import OPTIONS
from .base import in_order
from .base import Kind
from collective.hoard import _


MAX_OPTIONS = 1000
#: What separates a stored value from its title where editors type choices.
SEPARATOR = "|"
BAD_OPTION = _(
    "Each must have a value, of one line and at most 500 characters, without | and "
    "without spaces around it; and may have a title, of one line."
)
TRUE = {"1", "on", "true", "yes", "selected"}
FALSE = {"0", "off", "false", "no"}


class YesNo(Kind):
    """A checkbox. Required means: must be ticked, as for a consent."""

    title = _("Yes or no")
    missing = _("Please tick this box to go on.")
    json_expected = _("Only yes or no is possible here.")
    order = 70
    widget = "checkbox"
    default_editor = "yes_no"
    types = (bool,)

    def from_text(self, field, raw):
        """No value is "no": browsers send nothing for an empty checkbox."""
        if raw is None or raw == "":
            return False
        return super().from_text(field, raw)

    def from_json(self, field, raw):
        if isinstance(raw, bool):
            return raw
        return super().from_json(field, raw)

    def parse(self, field, raw):
        word = raw.strip().lower()
        if word in TRUE or word in FALSE:
            return word in TRUE
        raise ValueRefused(self.json_expected)

    def check(self, field, value, limits):
        if field.required and not value:
            raise ValueRefused(self.missing)

    def to_text(self, field, value):
        return "1" if value else ""

    def display(self, field, value):
        if value is None:
            return ""
        return _("Yes") if value else _("No")

    def to_csv(self, field, value):
        return None if value is None else int(value)


def options(field):
    """``(value, title)`` pairs of the field's choices."""
    return [
        (o["value"], o.get("title") or o["value"]) for o in field.settings["options"]
    ]


class _Chosen(Kind):
    settings = (OPTIONS, APPEARANCE)
    missing = _("Please choose.")

    def problems(self, field):
        found = option_problems(field.settings["options"])
        if found:
            yield "options", found
        wanted = field.settings.get("appearance", "")
        if wanted not in ("", *self.appearances):
            names = {"names": ", ".join(self.appearances)}
            yield "appearance", _("Must be one of: ${names}", mapping=names)

    def _refuse_unknown(self, field, value):
        if value not in dict(options(field)):
            raise ValueRefused(_("Please choose one of the offered values."))


def option_problems(listed):
    """What is wrong with a list of options, or None."""
    if not 1 <= len(listed) <= MAX_OPTIONS:
        return _("There must be 1 to 1000 choices.")
    values = [_option_value(option) for option in listed]
    if None in values:
        return BAD_OPTION
    if len(set(values)) < len(values):
        return _("The same value is there twice.")
    return None


def _option_value(option):
    if not isinstance(option, dict) or set(option) - {"value", "title"}:
        return None
    value, title = option.get("value"), option.get("title", "")
    if not all(isinstance(t, str) and _is_line(t) for t in (value, title)):
        return None
    good = value and value == value.strip() and SEPARATOR not in value
    return value if good and len(value) <= 500 else None


def _is_line(text):
    return not has_control(text) and text == " ".join(text.splitlines())


class OneOf(_Chosen):
    title = _("One of several")
    order = 80
    widget = "one_of"
    appearances = ("radio", "select")

    def check(self, field, value, limits):
        self._refuse_unknown(field, value)

    def display(self, field, value):
        return dict(options(field)).get(value, value) if value is not None else ""


class ManyOf(_Chosen):
    title = _("Several choices")
    order = 90
    widget = "many_of"
    default_editor = "lines"
    types = (tuple,)
    settings = (*_Chosen.settings, MIN_CHOICES, MAX_CHOICES)
    appearances = ("checkboxes", "select")

    def problems(self, field):
        yield from super().problems(field)
        yield from in_order(field, "min_choices", "max_choices")
        count = len(field.settings["options"])
        if field.settings.get("min_choices", 0) > count:
            number = {"count": count}
            yield "min_choices", _("There are only ${count} choices.", mapping=number)

    def from_text(self, field, raw):
        if raw is None or raw == "":
            return None
        return self._chosen([raw] if isinstance(raw, str) else raw)

    from_json = from_text

    def _chosen(self, raw):
        if not isinstance(raw, (list, tuple)) or len(raw) > MAX_OPTIONS:
            raise ValueRefused(_("A list of values is expected here."))
        if not all(isinstance(value, str) for value in raw):
            raise ValueRefused(_("Please choose from the offered values."))
        return tuple(dict.fromkeys(value for value in raw if value)) or None

    def check(self, field, value, limits):
        for one in value:
            self._refuse_unknown(field, one)
        low = field.settings.get("min_choices", 0)
        high = field.settings.get("max_choices", MAX_OPTIONS)
        if len(value) < low:
            number = {"number": low}
            raise ValueRefused(_("Please choose at least ${number}.", mapping=number))
        if len(value) > high:
            number = {"number": high}
            raise ValueRefused(_("Please choose at most ${number}.", mapping=number))

    def to_text(self, field, value):
        return list(value or ())

    def display(self, field, value):
        titles = dict(options(field))
        return ", ".join(titles.get(one, one) for one in value or ())

    def to_json(self, field, value):
        return None if value is None else list(value)
