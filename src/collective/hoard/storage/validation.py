"""Which validators run for a widget, and running those z3c.form misses.

z3c.form looks up one validator, with ``getContent()`` as context and the form
or group as view.  So with a record as content, what people registered for the
content type is never found, and in a group nor is what they registered for the
form.  We look up all four combinations and run each validator once.
"""

from collective.hoard.storage.interfaces import IFieldOfRecord
from copy import copy
from dataclasses import dataclass
from z3c.form import validator
from z3c.form.error import MultipleErrors
from z3c.form.interfaces import IGroup
from z3c.form.interfaces import ISubForm
from z3c.form.interfaces import IValidator
from z3c.form.interfaces import NOT_CHANGED
from zope.component import getSiteManager
from zope.interface import alsoProvides
from zope.interface import Invalid
from zope.interface import providedBy
from zope.schema.interfaces import RequiredMissing


# What these check has been checked in the first pass, or was replaced there on
# purpose by something more special.
STOCK = frozenset(
    (
        validator.StrictSimpleFieldValidator,
        validator.SimpleFieldValidator,
        validator.FileUploadValidator,
    )
)


@dataclass(frozen=True)
class Lookup:
    """A validator that runs for a widget, and the question it answers."""

    factory: object
    context: object
    view: object
    first_pass: bool


def root_form(form):
    """The form that *form*, if it is a group or a subform, belongs to."""
    while IGroup.providedBy(form) or ISubForm.providedBy(form):
        form = form.parentForm
    return form


def lookups(form, record, widget):
    """The validators of *widget*, the one that z3c.form runs first.

    Each appears once, however many of the combinations lead to it.
    """
    root = root_form(form)
    views = (form,) if root is form else (form, root)
    rest = list(map(providedBy, (widget.field, widget)))
    request = providedBy(form.request)

    def required(context, view):
        return [providedBy(context), request, providedBy(view), *rest]

    first = getSiteManager().adapters.lookup(required(record, form), IValidator)
    if first is not None:
        yield Lookup(first, record, form, True)
    seen = {first, None, *STOCK}
    for context in (record, record.content):
        for view in views:
            factory = _find(required(context, view))
            if factory not in seen:
                seen.add(factory)
                yield Lookup(factory, context, view, False)


def _find(required):
    """The validator for *required*, a special one if there is any.

    The registry prefers anything in a nearer registry, even what z3c.form
    registers for everything, to a special one further away.
    """
    for registry in getSiteManager().adapters.ro:
        factory = registry.lookup(required, IValidator)
        if factory is not None and factory not in STOCK:
            return factory
    return None


def second_pass(form, record, widget, value):
    """Run the validators of *widget* that z3c.form did not run.

    :return: The first error, or None.
    """
    if value is NOT_CHANGED and widget.required and not widget.ignoreContext:
        # z3c.form does not validate what is said not to have changed.
        if record.stored(record.name_of(widget.field)) is None:
            return RequiredMissing(widget.field.__name__)
    for lookup in lookups(form, record, widget):
        if lookup.first_pass:
            continue
        field = field_of(record, widget.field)
        instance = lookup.factory(
            lookup.context, form.request, lookup.view, field, widget
        )
        try:
            instance.validate(value)
        except (Invalid, ValueError, MultipleErrors) as error:
            return error
    return None


def field_of(record, field):
    """A copy of *field* whose data manager is the record's for any context."""
    known = copy(field)
    known.record = record
    alsoProvides(known, IFieldOfRecord)
    return known
