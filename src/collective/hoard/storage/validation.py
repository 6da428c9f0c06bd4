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
from zope.component import getSiteManager
from zope.interface import alsoProvides
from zope.interface import Invalid
from zope.interface import providedBy


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
    find = getSiteManager().adapters.lookup
    root = root_form(form)
    views = (form,) if root is form else (form, root)
    rest = list(map(providedBy, (widget.field, widget)))
    request = providedBy(form.request)
    seen = set(STOCK)
    for context in (record, record.content):
        for view in views:
            required = [providedBy(context), request, providedBy(view), *rest]
            factory = find(required, IValidator)
            first = context is record and view is form
            if factory is not None and (first or factory not in seen):
                seen.add(factory)
                yield Lookup(factory, context, view, first)


def second_pass(form, record, widget, value):
    """Run the validators of *widget* that z3c.form did not run.

    :return: The first error, or None.
    """
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
