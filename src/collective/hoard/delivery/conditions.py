"""Conditions of rules: may the values of a submission pass?"""

from ..forms.columns import as_text
from ..forms.fill import kind_of
from ..forms.interfaces import ValueRefused
from ..ledger.files import is_file
from collective.hoard import _


#: Tests in the editors' order, with the words they read.
TESTS = {
    "equals": _("is"),
    "differs": _("is not"),
    "contains": _("contains"),
    "lacks": _("does not contain"),
    "less": _("is less or earlier than"),
    "greater": _("is greater or later than"),
    "filled": _("is filled in or ticked"),
    "empty": _("is empty or not ticked"),
}
#: Tests that compare with nothing.
ALONE = ("filled", "empty")
#: Those that say something other than its opposite of what is not there.
ORDERED = {"less": lambda a, b: a < b, "greater": lambda a, b: a > b}
OPPOSITES = {"differs": "equals", "lacks": "contains", "empty": "filled"}


def passes(rule, fields, values):
    """Whether *values* meet the conditions of *rule*.

    :param fields: mapping of field id to `forms.interfaces.Field`. A condition
        about a field that is not there (any more) is not met, whatever it says.
    :param values: mapping of field id to stored value.
    """
    if not rule.conditions:
        return True
    met = [
        condition.field in fields
        and _is_met(condition.test, fields[condition.field], condition.value, values)
        for condition in rule.conditions
    ]
    return any(met) if rule.match == "any" else all(met)


def condition_problem(condition, field):
    """What is wrong with comparing *field* so, or None."""
    if condition.test in ALONE:
        return None
    if not condition.value:
        return _("Please say with what to compare.")
    if condition.test in ORDERED and not _is_ordered(field):
        return _("Only numbers and dates can be less or greater.")
    if condition.test in ("contains", "lacks"):
        return None
    try:
        _typed(field, condition.value)
    except ValueRefused as refused:
        return refused.args[0]
    return None


def _is_met(test, field, text, values):
    value = values.get(field.id)
    if test in OPPOSITES:
        return not _is_met(OPPOSITES[test], field, text, values)
    if test == "filled":
        return value not in (None, False, "", ())
    if value is None:
        return False
    if test == "contains":
        return text.casefold() in _readable(field, value).casefold()
    try:
        return _compare(test, value, _typed(field, text))
    except (TypeError, ValueRefused):
        # Stored when the field was of another kind: it cannot be compared.
        return False


def _compare(test, value, other):
    if test in ORDERED:
        return ORDERED[test](value, other)
    if isinstance(value, tuple):
        return other in value or value == other
    return _folded(value) == _folded(other)


def _typed(field, text):
    """*text* as a value of *field* is stored. :raises ValueRefused:"""
    kind = kind_of(field)
    if kind.widget == "many_of":
        return text
    return kind.from_text(field, text)


def _is_ordered(field):
    return kind_of(field).types[0].__name__ in ("int", "Decimal", "date", "datetime")


def _readable(field, value):
    if is_file(value):
        return value["filename"]
    shown = kind_of(field).display(field, value)
    return f"{as_text(value)}\n{shown}"


def _folded(value):
    return value.strip().casefold() if isinstance(value, str) else value
