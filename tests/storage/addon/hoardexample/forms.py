"""The forms of the example; each shows one way to use the storage."""

from collective.hoard.storage import AnnotationStorageMixin
from collective.hoard.storage import hoard_validator
from collective.hoard.storage import HoardValidator
from collective.hoard.storage import RecordFormMixin
from collective.hoard.storage import RecordSubForm
from plone.app.contenttypes.interfaces import IDocument
from plone.autoform.form import AutoExtensibleForm
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from plone.z3cform.fieldsets.group import Group as PloneGroup
from plone.z3cform.layout import wrap_form
from z3c.form.field import Fields
from z3c.form.form import EditForm
from z3c.form.form import Form
from z3c.form.group import Group
from z3c.form.group import GroupForm
from zope import schema
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant


class IFeedback(Interface):
    """What is asked."""

    name = schema.TextLine(title="Name", required=False)
    nick = schema.TextLine(title="Nick", required=False, default="anon")
    tags = schema.List(
        title="Tags", value_type=schema.TextLine(), required=False, default=["new"]
    )
    amount = schema.Int(title="Amount", required=False)


class IMore(Interface):
    """What is asked in a fieldset."""

    remark = schema.TextLine(title="Remark", required=False)
    tone = schema.TextLine(title="Tone", required=False)


class IRange(Interface):
    low = schema.Int(title="Low", required=False, default=1)
    high = schema.Int(title="High", required=False)

    @invariant
    def in_order(data):
        if data.high is not None and data.high < data.low:
            raise Invalid("High is below low.")


class IMarker(Interface):
    """Marks the records of the feedback form."""


class IOther(Interface):
    """A second marker."""


class FeedbackForm(RecordFormMixin, EditForm):
    record_key = "hoardexample.feedback"
    record_markers = (IMarker, IOther)
    fields = Fields(IFeedback)


class RangeForm(RecordFormMixin, EditForm):
    record_key = "hoardexample.range"
    fields = Fields(IRange).select("high")


class ArticleForm(AnnotationStorageMixin, EditForm):
    ANNOTATION_STORAGE_KEY = "hoardexample.article"
    ASSIGN_INTERFACES = (IMarker, IOther)
    fields = Fields(IFeedback)


class MoreGroup(Group):
    label = "More"
    fields = Fields(IMore)


class MorePloneGroup(PloneGroup):
    label = "More"
    fields = Fields(IMore)


class GroupedForm(RecordFormMixin, GroupForm, EditForm):
    record_key = "hoardexample.grouped"
    record_markers = (IMarker,)
    fields = Fields(IFeedback)
    groups = (MoreGroup,)


class PloneGroupedForm(RecordFormMixin, GroupForm, EditForm):
    record_key = "hoardexample.plonegrouped"
    fields = Fields(IFeedback)
    groups = (MorePloneGroup,)


class IAuto(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    model.fieldset("more", label="More", fields=["remark"])
    remark = schema.TextLine(title="Remark", required=False)
    attachment = NamedBlobFile(title="Attachment", required=False)


class IAutoMore(model.Schema):
    colour = schema.TextLine(title="Colour", required=False)


class AutoForm(RecordFormMixin, AutoExtensibleForm, EditForm):
    record_key = "hoardexample.auto"
    schema = IAuto
    additionalSchemata = (IAutoMore,)


class PlainForm(RecordFormMixin, Form):
    """Form has no applyChanges of its own."""

    record_key = "hoardexample.plain"
    fields = Fields(IFeedback)


class MoreSubForm(RecordSubForm):
    prefix = "more."
    fields = Fields(IMore)


class SubFormsForm(RecordFormMixin, EditForm):
    record_key = "hoardexample.subforms"
    fields = Fields(IFeedback).select("name")

    def update(self):
        super().update()
        self.subform = MoreSubForm(self.context, self.request, self)
        self.subform.update()


class TouchingForm(FeedbackForm):
    record_key = "hoardexample.touching"
    record_touches_content = True


class CarefulForm(RecordFormMixin, GroupForm, EditForm):
    record_key = "hoardexample.careful"
    record_detects_conflicts = True
    fields = Fields(IFeedback)
    groups = (MoreGroup,)


@hoard_validator(context=IMarker, field=IFeedback["name"])
class NoShouting(HoardValidator):
    """By the marker of the record."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value and value.isupper():
            raise Invalid("Please do not shout.")


@hoard_validator(context=IDocument, field=IFeedback["name"])
class NoPageTitle(HoardValidator):
    """By the type of the content."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value == self.content.title:
            raise Invalid("That is the title of the page.")


@hoard_validator(context=IDocument, field=IMore["remark"])
class RemarkNeedsName(HoardValidator):
    """By the type of the content, for a field in a fieldset."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value and not self.form_data.get("name"):
            raise Invalid("A remark needs a name.")


@hoard_validator(view=GroupedForm, field=IMore["tone"])
class NoRudeTone(HoardValidator):
    """By the form class, for a field in a group of it."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value == "rude":
            raise Invalid("Please be polite.")


@hoard_validator(context=IMarker, field=IMore["remark"])
class RemarkOnce(HoardValidator):
    """Uses the old value."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if self.old_value and value != self.old_value:
            raise Invalid(f"The remark stays {self.old_value}.")


class NotThirteen(HoardValidator):
    """Registered in ZCML."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value == 13:
            raise Invalid("Not thirteen, please.")


feedback = wrap_form(FeedbackForm)
article = wrap_form(ArticleForm)
grouped = wrap_form(GroupedForm)
auto = wrap_form(AutoForm)
careful = wrap_form(CarefulForm)
