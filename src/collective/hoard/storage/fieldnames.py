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
        other = taken.setdefault(name, schema)
        if other is not schema:
            first, second = _identifier(other), _identifier(schema)
            raise AmbiguousField(
                f"{cls.__module__}.{cls.__qualname__}: {first} and {second} both "
                f"have a field {field.__name__!r}, and the second would overwrite "
                "the first. Rename one, or keep the fields of one schema under "
                f"its full name: record_qualified = ({second.split('.')[-1]},)"
            )


def _identifier(schema):
    return "a field without schema" if schema is None else schema.__identifier__
