"""Widgets of a record: the second pass of validation, and cleared values.

Sitting at the widgets rather than in a form class, both hold for forms,
groups of either kind, fieldsets and subforms alike.
"""

from collective.hoard.storage.conflicts import ChangedMeanwhile
from collective.hoard.storage.conflicts import conflict
from collective.hoard.storage.conflicts import detects_conflicts
from collective.hoard.storage.conflicts import REVISION
from collective.hoard.storage.conflicts import revision
from collective.hoard.storage.conflicts import revision_widget
from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.submitted import other_input
from collective.hoard.storage.submitted import own_input_widgets
from collective.hoard.storage.validation import root_form
from collective.hoard.storage.validation import second_pass
from collective.hoard.storage.values import freeze
from collective.hoard.storage.values import same
from copy import copy
from z3c.form.contentprovider import FieldWidgetsAndProviders
from z3c.form.field import FieldWidgets
from z3c.form.interfaces import IErrorViewSnippet
from z3c.form.interfaces import IFieldsAndContentProvidersForm
from z3c.form.interfaces import IFieldsForm
from z3c.form.interfaces import IFormLayer
from z3c.form.interfaces import INPUT_MODE
from z3c.form.interfaces import NO_VALUE
from z3c.form.util import expandPrefix
from zope.component import adapter
from zope.component import getMultiAdapter


class RecordWidgetsMixin:
    """What the widgets of a record do beyond z3c.form's own."""

    def update(self):
        if not self.ignoreContext:
            self.form.fields = fields_to_show(self.form.fields, self.content)
        super().update()
        if self._carries_revision():
            prefix = expandPrefix(self.form.prefix) + expandPrefix(self.prefix)
            self[REVISION] = revision_widget(self.form, prefix, self._names())

    def _carries_revision(self):
        return (
            detects_conflicts(self.form)
            and self.mode == INPUT_MODE
            and root_form(self.form) is self.form
        )

    def _names(self):
        """The names in storage of all fields of the form, fieldsets included."""
        parts = (self.form, *getattr(self.form, "groups", ()))
        fields = (f.field for part in parts for f in part.fields.values())
        return [self.content.name_of(field) for field in fields]

    def validate(self, data):
        asked = {
            w.__name__: self.content.name_of(w.field) for w in own_input_widgets(self)
        }
        rejected = {name for key, name in asked.items() if key not in data}
        find = other_input(self.form, self.content, rejected)
        with self.content.submitting(find):
            return super().validate(data)

    def _extract(self, returnRaw=False):
        return self._second_pass(*super()._extract(returnRaw))

    def _second_pass(self, data, errors):
        """Run the validators that z3c.form did not find (see `second_pass`)."""
        data.pop(REVISION, None)
        failed = {id(view.widget) for view in errors}
        for name, widget in self.items():
            if name not in data or id(widget) in failed:
                continue
            error = second_pass(self.form, self.content, widget, data[name])
            error = error or self._conflict(widget, data[name])
            if error is not None:
                errors += (self._show(error, widget),)
                del data[name]
        if self.setErrors:
            self.errors = errors
        return data, errors

    def _conflict(self, widget, value):
        root = root_form(self.form)
        if not detects_conflicts(root):
            return None
        return conflict(root, self.content, widget, value)

    def _show(self, error, widget):
        view = getMultiAdapter(
            (error, self.request, widget, widget.field, self.form, self.content),
            IErrorViewSnippet,
        )
        view.update()
        if self.setErrors:
            widget.error = view
            if isinstance(error, ChangedMeanwhile):
                # Who applies again has seen it.
                carrier = root_form(self.form).widgets
                carrier[REVISION].value = revision(self.content, carrier._names())
        return view


@adapter(IFieldsForm, IFormLayer, IRecord)
class RecordWidgets(RecordWidgetsMixin, FieldWidgets):
    """See `z3c.form.interfaces.IWidgets`."""


@adapter(IFieldsAndContentProvidersForm, IFormLayer, IRecord)
class RecordWidgetsAndProviders(RecordWidgetsMixin, FieldWidgetsAndProviders):
    """The same for forms with content providers."""

    def extract(self):
        return self._second_pass(*super().extract())


def fields_to_show(fields, record):
    """*fields*, where one that was cleared on purpose shows no default.

    z3c.form cannot tell "never asked" from "emptied" and would show the
    default again.  The fields belong to the class, so changed ones are copies.
    """
    shown = {}
    for name, field in fields.items():
        if field.showDefault is None and _was_cleared(field.field, record):
            shown[name] = copy(field)
            shown[name].showDefault = False
    if not shown:
        return fields
    return fields.__class__(*(shown.get(name, f) for name, f in fields.items()))


def _was_cleared(field, record):
    stored = record.stored(record.name_of(field), NO_VALUE)
    return stored is not NO_VALUE and same(stored, freeze(field.missing_value))
