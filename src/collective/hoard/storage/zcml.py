"""The ZCML directive ``hoard:validator``."""

from collective.hoard.storage.interfaces import InvalidMarker
from collective.hoard.storage.validators import discriminate
from z3c.form.interfaces import IValidator
from zope.component.zcml import adapter
from zope.configuration.exceptions import ConfigurationError
from zope.configuration.fields import GlobalObject
from zope.interface import Interface
from zope.schema import TextLine


class IValidatorDirective(Interface):
    """Register a validator.  What is left out matches anything."""

    class_ = GlobalObject(title="Class of the validator")
    context = GlobalObject(
        title="Marker of the record, or type of the content", required=False
    )
    request = GlobalObject(title="Browser layer", required=False)
    view = GlobalObject(title="Form or group", required=False)
    field = GlobalObject(title="Interface or class of the field", required=False)
    schema = GlobalObject(
        title="Schema of the field; give its name too", required=False
    )
    name = TextLine(title="Name of the field in the schema", required=False)
    widget = GlobalObject(title="Interface or class of the widget", required=False)


def validator_directive(_context, class_, schema=None, name=None, **discriminators):
    """See `IValidatorDirective`."""
    if schema is not None:
        discriminators["field"] = _field(schema, name)
    elif name:
        raise ConfigurationError(f"name={name!r} needs a schema to be looked up in.")
    factory = type(class_.__name__, (class_,), {"__module__": class_.__module__})
    try:
        # On a subclass, so that one class can be registered more than once.
        discriminate(factory, **discriminators)
    except InvalidMarker as error:
        raise ConfigurationError(str(error)) from error
    adapter(_context, (factory,), provides=IValidator)


def _field(schema, name):
    if not name or name not in schema:
        raise ConfigurationError(
            f"{schema.__identifier__} has no field {name!r}. Give one of: "
            + ", ".join(sorted(schema.names(all=True)))
        )
    return schema[name]
