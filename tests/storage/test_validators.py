"""Both passes of validation, and how to register a validator."""

from collective.hoard.storage import get_record
from collective.hoard.storage import hoard_validator
from collective.hoard.storage import HoardValidator
from collective.hoard.storage import RecordFormMixin
from collective.hoard.storage.interfaces import IHoardValidator
from hoardexample import forms
from hoardexample.forms import IFeedback
from plone.namedfile.field import NamedBlobFile
from z3c.form.contentprovider import ContentProviders
from z3c.form.field import Fields
from z3c.form.form import EditForm
from z3c.form.group import Group
from z3c.form.group import GroupForm
from z3c.form.interfaces import IFieldsAndContentProvidersForm
from z3c.form.interfaces import IValidator
from z3c.form.validator import SimpleFieldValidator
from zope import schema
from zope.component import getGlobalSiteManager
from zope.configuration import xmlconfig
from zope.configuration.exceptions import ConfigurationError
from zope.contentprovider.provider import ContentProviderBase
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant
from zope.interface.verify import verifyObject
import collective.hoard.storage
import pytest


def messages(form, name):
    """What is shown at the widget *name*, wherever it is."""
    for part in (form, *getattr(form, "groups", ())):
        if name in part.widgets and part.widgets[name].error is not None:
            return [part.widgets[name].error.message]
    return []


@pytest.mark.parametrize(
    "values,shown",
    [
        ({"name": "LOUD"}, ["Please do not shout."]),  # by the marker
        ({"name": "The page"}, ["That is the title of the page."]),  # by the type
        ({"name": "Ann"}, []),
    ],
)
def test_both_passes_run(submit, values, shown):
    form = submit(forms.FeedbackForm, values)

    assert messages(form, "name") == shown
    assert form.getContent().exists is not bool(shown)


@pytest.mark.parametrize("form_class", [forms.GroupedForm, forms.PloneGroupedForm])
def test_the_second_pass_runs_in_groups(submit, form_class):
    form = submit(form_class, {"remark": "Fine"})

    assert messages(form, "remark") == ["A remark needs a name."]
    assert form.groups[0].widgets.errors
    assert not form.getContent().exists


def test_the_second_pass_runs_in_fieldsets_of_autoform(submit, site):
    with registered(NoFineRemark):
        form = submit(forms.AutoForm, {"remark": "Fine"})

    assert messages(form, "remark") == ["Not fine."]


class NoFineRemark(HoardValidator):
    def validate(self, value, force=False):
        super().validate(value, force)
        if value == "Fine":
            raise Invalid("Not fine.")


class registered:
    """Register a validator, and take it back."""

    def __init__(self, cls, **discriminators):
        self.cls = cls
        self.discriminators = discriminators or {"field": forms.IAuto["remark"]}

    def __enter__(self):
        hoard_validator(**self.discriminators)(self.cls)

    def __exit__(self, *error):
        getGlobalSiteManager().unregisterAdapter(self.cls, provided=IValidator)


def test_a_validator_for_the_form_class_runs_in_its_groups(submit):
    form = submit(forms.GroupedForm, {"name": "Ann", "tone": "rude"})

    assert messages(form, "tone") == ["Please be polite."]


def test_a_validator_for_the_marker_runs_in_groups(submit):
    submit(forms.GroupedForm, {"name": "Ann", "remark": "Fine"})

    form = submit(forms.GroupedForm, {"name": "Ann", "remark": "Other"})

    assert messages(form, "remark") == ["The remark stays Fine."]


def test_each_validator_runs_once(submit):
    calls = []

    class Counting(HoardValidator):
        def validate(self, value, force=False):
            calls.append(value)

    with registered(Counting, field=IFeedback["nick"]):
        submit(forms.FeedbackForm, {"nick": "Bob"})

    assert calls == ["Bob"]


def test_what_it_offers(submit, page):
    seen = []

    class Looking(HoardValidator):
        def validate(self, value, force=False):
            super().validate(value, force)
            assert verifyObject(IHoardValidator, self)
            data = self.form_data
            seen.append((self.content, self.record, self.old_value, data, self.form))

    from plone.app.contenttypes.interfaces import IDocument

    with registered(Looking, context=IDocument, field=IFeedback["nick"]):
        form = submit(forms.GroupedForm, {"nick": "Bob", "name": "Ann", "remark": "x"})

    ((content, record, old, data, seen_form),) = seen
    assert content.aq_base is page.aq_base
    assert record is form.getContent()
    assert old == "anon"
    assert (data["name"], data["nick"], data["remark"]) == ("Ann", "Bob", "x")
    assert seen_form is form


def test_what_cannot_be_converted_is_not_in_the_form_data(submit):
    seen = []

    class Looking(HoardValidator):
        def validate(self, value, force=False):
            seen.append(self.form_data)

    with registered(Looking, field=IFeedback["nick"]):
        submit(forms.FeedbackForm, {"nick": "Bob", "amount": "not a number"})

    assert "amount" not in seen[0]


class Stock(SimpleFieldValidator):
    """A validator for the content type as people wrote them before."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value == "Bob":
            raise Invalid(f"No Bob on {self.context.title}.")


def test_a_plain_validator_of_the_content_type_may_call_its_base(submit):
    from plone.app.contenttypes.interfaces import IDocument

    with registered(Stock, context=IDocument, field=IFeedback["nick"]):
        form = submit(forms.FeedbackForm, {"nick": "Bob"})

    assert messages(form, "nick") == ["No Bob on The page."]


class IWithFile(Interface):
    attachment = NamedBlobFile(title="Attachment", required=True)


class FileForm(RecordFormMixin, EditForm):
    record_key = "file"
    fields = Fields(IWithFile)


class StrictOnContent(SimpleFieldValidator):
    def validate(self, value, force=False):
        # Forced: looks up the stored value although nothing was uploaded.
        super().validate(value, force=True)


def test_an_unchanged_file_is_valid_in_the_second_pass(submit, page):
    from plone.app.contenttypes.interfaces import IDocument
    from plone.namedfile.file import NamedBlobFile as Value
    from z3c.form.interfaces import IDataManager
    from zope.component import getMultiAdapter

    empty = get_record(page, "file")
    getMultiAdapter((empty, IWithFile["attachment"]), IDataManager).set(Value(b"Hi"))

    with registered(StrictOnContent, context=IDocument, field=IWithFile["attachment"]):
        form = submit(FileForm, {"attachment.action": "nochange"})

    assert messages(form, "attachment") == []


@pytest.mark.parametrize(
    "sent", [{"attachment": ""}, {"attachment.action": "nochange"}]
)
def test_a_required_field_is_still_required(submit, sent):
    form = submit(FileForm, sent)

    assert messages(form, "attachment")


def test_the_directive_registers(submit):
    form = submit(forms.FeedbackForm, {"amount": "13"})

    assert messages(form, "amount") == ["Not thirteen, please."]


@pytest.mark.parametrize(
    "arguments,message",
    [
        (
            'schema="hoardexample.forms.IFeedback" name="nme"',
            "Give one of: amount, name",
        ),
        ('schema="hoardexample.forms.IFeedback"', "has no field None"),
        ('name="nick"', "needs a schema"),
        ('context="os.environ"', "is an instance"),
    ],
)
def test_the_directive_says_what_is_wrong(arguments, message):
    context = xmlconfig.file("meta.zcml", collective.hoard.storage)
    zcml = f"""<configure xmlns:hoard="http://namespaces.plone.org/hoard">
    <hoard:validator class="hoardexample.forms.NotThirteen" {arguments} />
    </configure>"""

    with pytest.raises((ConfigurationError, xmlconfig.ZopeXMLConfigurationError)) as e:
        xmlconfig.string(zcml, context=context)

    assert message in str(e.value)


def test_errors_are_not_shown_unless_wanted(submit, make_request, page):
    request = make_request(**{"form.widgets.name": "The page"})
    form = forms.FeedbackForm(page, request)
    form.update()

    data, errors = form.extractData(setErrors=False)

    assert [view.message for view in errors] == ["That is the title of the page."]
    assert messages(form, "name") == []


class Provider(ContentProviderBase):
    def render(self):
        return "Between two fields"


@implementer(IFieldsAndContentProvidersForm)
class ProviderForm(forms.FeedbackForm):
    record_key = "provider"
    contentProviders = ContentProviders(["between"])
    contentProviders["between"] = Provider
    contentProviders["between"].position = 1


def test_forms_with_content_providers_have_both_passes(submit):
    form = submit(ProviderForm, {"name": "The page"})

    assert messages(form, "name") == ["That is the title of the page."]


def test_a_validator_of_an_item_in_a_list_knows_the_content(submit, page):
    class IItems(Interface):
        items = schema.Dict(
            title="Items",
            key_type=schema.TextLine(),
            value_type=schema.Int(),
            required=False,
        )

    class ItemsForm(RecordFormMixin, EditForm):
        record_key = "items"
        fields = Fields(IItems)

    seen = []

    class Looking(HoardValidator):
        def validate(self, value, force=False):
            super().validate(value, force)
            seen.append((self.content, self.form_data))

    name = "items"
    sent = {f"{name}.count": "1", f"{name}.key.0": "one", f"{name}.0": "1"}
    with registered(Looking, field=IItems["items"].value_type):
        submit(ItemsForm, sent)

    assert seen[0][0].aq_base is page.aq_base


def test_inline_validation_shows_the_second_pass(make_request, page):
    from plone.app.z3cform.inline_validation import InlineValidationView

    request = make_request(**{"form.widgets.name": "The page"})
    form = forms.FeedbackForm(page, request)

    answer = InlineValidationView(form, request)(fname="form.widgets.name")

    assert "That is the title of the page." in answer


def test_more_than_one_field_can_be_wrong(submit):
    form = submit(forms.GroupedForm, {"name": "The page", "tone": "rude"})

    assert messages(form, "name")
    assert messages(form, "tone")


class ISpan(Interface):
    first = schema.Int(title="First")
    last = schema.Int(title="Last")

    @invariant
    def in_order(data):
        if data.last < data.first:
            raise Invalid("Last is before first.")


class LastGroup(Group):
    label = "Last"
    fields = Fields(ISpan).select("last")


class SpanForm(RecordFormMixin, GroupForm, EditForm):
    record_key = "span"
    fields = Fields(ISpan).select("first")
    groups = (LastGroup,)


def all_messages(form):
    return {v.message for part in (form, *form.groups) for v in part.widgets.errors}


def test_an_invariant_sees_what_is_submitted_in_other_fieldsets(submit):
    submit(SpanForm, {"first": "1", "last": "2"})

    good = submit(SpanForm, {"first": "10", "last": "20"})
    bad = submit(SpanForm, {"first": "20", "last": "10"})

    assert all_messages(good) == set()
    assert all_messages(bad) == {"Last is before first."}
    assert dict(good.getContent()) == {"first": 10, "last": 20}


@pytest.mark.parametrize("first", ["", "ten"])
def test_an_invariant_is_not_asked_about_invalid_input(submit, first):
    form = submit(SpanForm, {"first": first, "last": "1"})

    assert len(all_messages(form)) == 1
    assert not form.getContent().exists
