"""From raw input to the values of a submission, by the rules of the definition.

Browser and REST clients go through the same two functions, so they get the
same values and the same messages.
"""

from .characters import printable
from .interfaces import IFieldKind
from .interfaces import SubmissionRefused
from .interfaces import ValueRefused
from collective.hoard import _
from zope.component import getUtility


#: How many unknown names a message lists.
LISTED = 5


def kind_of(field):
    """The `IFieldKind` of *field*."""
    return getUtility(IFieldKind, field.kind)


def input_fields(definition):
    """The fields that take input, in order, with their kinds."""
    pairs = ((field, kind_of(field)) for field in definition.fields)
    return [(field, kind) for field, kind in pairs if kind.stores]


def fill(definition, raw, limits, json=False):
    """Values by field id; fields left empty have none.

    :param raw: mapping of field id to raw value, as `IFieldKind.from_text`
        takes it, or `IFieldKind.from_json` with *json*.
    :raises SubmissionRefused: with all the problems there are.
    """
    fields = input_fields(definition)
    errors = _unknown(raw, {field.id for field, _kind in fields})
    values = {}
    for field, kind in fields:
        try:
            value = _value(field, kind, raw.get(field.id), limits, json)
        except ValueRefused as error:
            errors[field.id] = error.args[0]
        else:
            if value is not None:
                values[field.id] = value
    if not fields:
        errors[""] = _("This form has no fields yet, so nothing can be sent.")
    if errors:
        raise SubmissionRefused(errors)
    return values


def _value(field, kind, raw, limits, json):
    convert = kind.from_json if json else kind.from_text
    value = convert(field, raw)
    if value is None:
        if field.required:
            raise ValueRefused(kind.missing)
        return None
    kind.check(field, value, limits)
    return value


def _unknown(raw, known):
    names = [str(name)[:80] for name in raw if name not in known]
    if not names:
        return {}
    listed = ", ".join(names[:LISTED]) + (" …" if len(names) > LISTED else "")
    return {
        "": _(
            "The form has no field ${names}. It may have been changed since "
            "you opened it: please check your answers and send it again.",
            mapping={"names": printable(listed)},
        )
    }
