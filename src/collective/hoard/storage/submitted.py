"""The values that were sent with a form, converted but not yet validated."""

from collective.hoard.storage.conflicts import REVISION
from collective.hoard.storage.validation import root_form
from inspect import isclass
from z3c.form.error import MultipleErrors
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import NO_VALUE
from z3c.form.validator import NoInputData
from zope.interface import Invalid


#: What a converter raises for input it does not understand.
NOT_UNDERSTOOD = (Invalid, ValueError, MultipleErrors)


def own_input_widgets(widgets):
    """Those of *widgets*, a manager or None, that visitors fill in."""
    for widget in (widgets or {}).values():
        # There may be content providers among them.
        if not IFieldWidget.providedBy(widget) or widget.__name__ == REVISION:
            continue
        if widget.mode != DISPLAY_MODE:
            yield widget


def input_widgets(form):
    """The widgets that visitors fill in, of *form* and of its groups."""
    yield from own_input_widgets(form.widgets)
    for group in getattr(form, "groups", ()):
        if not isclass(group):
            yield from input_widgets(group)


def submitted_value(widget):
    """What was entered into *widget*, as a value of its field.

    :raises Invalid, ValueError, MultipleErrors: it cannot be converted.
    """
    raw = widget.extract()
    if raw is NO_VALUE:
        return widget.field.missing_value
    return IDataConverter(widget).toFieldValue(raw)


def extracted_values(form):
    """``{widget name: value}`` of what can be converted, fieldsets included."""
    values = {}
    for widget in input_widgets(form):
        try:
            values[widget.__name__] = submitted_value(widget)
        except NOT_UNDERSTOOD:
            continue
    return values


def other_input(form, record, rejected):
    """A function that finds what was sent for a name of *record*.

    For invariants: they may read fields in other fieldsets of the same form,
    which z3c.form extracts on their own.  The function takes a name in storage
    and gives `NO_VALUE` if the form does not ask for it.

    :param rejected: Names whose input is invalid; asking for one raises
        `NoInputData`, which z3c.form takes as "do not bother".
    """

    def find(name):
        if name in rejected:
            raise NoInputData(name)
        for widget in (*input_widgets(form), *input_widgets(root_form(form))):
            if record.name_of(widget.field) == name:
                return _usable(widget)
        return NO_VALUE

    return find


def _usable(widget):
    """:raises NoInputData: the input is wrong, or missing where it is required."""
    try:
        value = submitted_value(widget)
    except NOT_UNDERSTOOD as error:
        raise NoInputData(widget.name) from error
    if value is widget.field.missing_value and widget.field.required:
        raise NoInputData(widget.name)
    return value
