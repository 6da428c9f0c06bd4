"""Refuse forms in which two fields would be stored under the same name."""

from collective.hoard.storage.interfaces import AmbiguousField
from z3c.form.interfaces import IFields
from zope.interface.interfaces import IInterface
from zope.schema import getFieldsInOrder


def check_class(cls):
    """Check what a form class says about its fields, as far as it is known.

    :raises AmbiguousField: see `check_form`.
    """
    found = list(_declared(cls))
    for schema in _schemata(cls):
        found += [(schema, field) for name, field in getFieldsInOrder(schema)]
    for group in _sequence(getattr(cls, "groups", ())):
        found += _declared(group)
    _refuse_duplicates(cls, found, cls.record_qualified)


def check_form(form):
    """Check the fields of *form* and its groups as they are about to be shown.

    :raises AmbiguousField: Two fields have the same name in storage.
    """
    found = list(_declared(form))
    for group in _sequence(getattr(form, "groups", ())):
        found += _declared(group)
    _refuse_duplicates(type(form), found, form.record_qualified)


def _declared(owner):
    fields = getattr(owner, "fields", None)
    if IFields.providedBy(fields):
        return [(f.interface, f.field) for f in fields.values()]
    return []


def _schemata(cls):
    more = _sequence(getattr(cls, "additionalSchemata", ()))
    for schema in (getattr(cls, "schema", None), *more):
        if IInterface.providedBy(schema):  # and not a property of the class
            yield schema


def _sequence(value):
    return value if isinstance(value, list | tuple) else ()


def _refuse_duplicates(cls, found, qualified):
    taken = {}
    for schema, field in found:
        owner = field.interface
        prefix = f"{owner.__identifier__}." if owner in qualified else ""
        name = prefix + field.__name__
        other, other_owner = taken.setdefault(name, (schema, owner))
        if other is not schema:
            same_field = other_owner is owner
            explain = _inherited_twice if same_field else _two_fields
            form = f"{cls.__module__}.{cls.__qualname__}"
            raise AmbiguousField(f"{form}: {explain(other, schema, field)}")


def _two_fields(first, second, field):
    first, second = _identifier(first), _identifier(second)
    return (
        f"{first} and {second} both have a field {field.__name__!r}, and the second "
        "would overwrite the first. Rename one, or keep the fields of one schema "
        f"under its full name: record_qualified = ({second.split('.')[-1]},)"
    )


def _inherited_twice(first, second, field):
    return (
        f"{_identifier(first)} and {_identifier(second)} both inherit the field "
        f"{field.__name__!r} of {_identifier(field.interface)}, but only one value "
        "can be stored for it. Leave it out of one of them."
    )


def _identifier(schema):
    return "a field without schema" if schema is None else schema.__identifier__
