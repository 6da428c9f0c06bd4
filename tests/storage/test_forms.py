"""Forms of all kinds over a record."""

from collective.hoard.storage import AnnotationStorageMixin
from collective.hoard.storage import get_record
from collective.hoard.storage import RecordFormMixin
from collective.hoard.storage.interfaces import IRecordCreated
from collective.hoard.storage.interfaces import IRecordModified
from collective.hoard.storage.interfaces import IRecordRemoved
from collective.hoard.storage.interfaces import RecordKeyMissing
from hoardexample import forms
from hoardexample.forms import IFeedback
from hoardexample.forms import IMarker
from hoardexample.forms import IMore
from persistent.mapping import PersistentMapping
from z3c.form.field import Fields
from z3c.form.form import EditForm
from z3c.form.group import Group
from z3c.form.group import GroupForm
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import NO_VALUE
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getMultiAdapter
from zope.component import provideHandler
from zope.interface import Interface
from zope.interface import provider
from zope.lifecycleevent.interfaces import IObjectModifiedEvent
from zope.schema.interfaces import IContextAwareDefaultFactory
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.vocabulary import SimpleVocabulary
import pytest


def test_an_edit_form_stores(submit, page):
    form = submit(forms.FeedbackForm, {"name": "Ann", "tags": "a\r\nb", "amount": "3"})

    assert form.status == form.successMessage
    assert dict(get_record(page, "hoardexample.feedback")) == {
        "name": "Ann",
        "nick": None,  # was in the form with a default, and sent empty
        "tags": ["a", "b"],
        "amount": 3,
    }


def test_nothing_is_put_on_the_content(submit, page):
    submit(forms.FeedbackForm, {"name": "Ann"})

    assert not hasattr(page.aq_base, "name")


def test_an_empty_form_without_defaults_stores_nothing(submit, page):
    class NoDefaults(RecordFormMixin, EditForm):
        record_key = "nodefaults"
        fields = Fields(IFeedback).select("name", "amount")

    form = submit(NoDefaults, {"name": "", "amount": ""})

    assert form.status == form.noChangesMessage
    assert not get_record(page, "nodefaults").exists


def test_a_wrong_field_stores_nothing_at_all(submit, page):
    form = submit(forms.FeedbackForm, {"name": "Ann", "amount": "three"})

    assert form.widgets["amount"].error
    assert not get_record(page, "hoardexample.feedback").exists


def test_two_forms_keep_apart(submit, page):
    submit(forms.FeedbackForm, {"name": "Ann"})
    submit(forms.GroupedForm, {"name": "Ben"})

    assert get_record(page, "hoardexample.feedback")["name"] == "Ann"
    assert get_record(page, "hoardexample.grouped")["name"] == "Ben"


def test_a_plain_form_can_apply_too(submit, page, make_request):
    form = forms.PlainForm(page, make_request())
    form.update()

    changes = form.applyChanges({"name": "Ann"})

    assert changes == {IFeedback: ["name"]}
    assert get_record(page, "hoardexample.plain")["name"] == "Ann"


def test_autoform_stores_all_schemata_and_fieldsets(submit, page):
    submit(forms.AutoForm, {"name": "Ann", "remark": "Hm", "IAutoMore.colour": "red"})

    assert dict(get_record(page, "hoardexample.auto")) == {
        "name": "Ann",
        "remark": "Hm",
        "colour": "red",
    }


def test_a_subform_shares_the_record(submit, page):
    form = submit(forms.SubFormsForm, {"name": "Ann"}, **{"more.widgets.remark": "Hm"})

    assert dict(get_record(page, "hoardexample.subforms")) == {
        "name": "Ann",
        "remark": "Hm",
    }
    assert form.subform.status == form.subform.successMessage


def test_a_subform_is_validated_in_both_passes(submit, page):
    form = submit(forms.SubFormsForm, {"name": ""}, **{"more.widgets.remark": "Hm"})

    # RemarkNeedsName is registered for documents.
    assert form.subform.widgets["remark"].error.message == "A remark needs a name."
    assert not get_record(page, "hoardexample.subforms").exists


def test_a_subform_may_have_a_record_of_its_own(submit, page):
    class Own(forms.MoreSubForm):
        record_key = "own"

    class WithOwn(RecordFormMixin, EditForm):
        record_key = "withown"
        fields = Fields(IFeedback).select("name")

        def update(self):
            super().update()
            Own(self.context, self.request, self).update()

    submit(WithOwn, {"name": "Ann"}, **{"more.widgets.remark": "Hm"})

    assert dict(get_record(page, "own")) == {"remark": "Hm"}


def test_a_group_with_content_of_its_own_is_left_alone(submit, page):
    kept = PersistentMapping()

    class Elsewhere(Group):
        fields = Fields(IMore)

        def getContent(self):
            return get_record(page, "elsewhere")

    class Form(RecordFormMixin, GroupForm, EditForm):
        record_key = "elsewhere-form"
        fields = Fields(IFeedback).select("name")
        groups = (Elsewhere,)

    submit(Form, {"name": "Ann", "remark": "Hm"})

    assert dict(get_record(page, "elsewhere")) == {"remark": "Hm"}
    assert dict(get_record(page, "elsewhere-form")) == {"name": "Ann"}
    assert not kept


def test_groups_made_while_the_form_runs_share_the_record(submit, page):
    class Form(RecordFormMixin, GroupForm, EditForm):
        record_key = "late"
        fields = Fields(IFeedback).select("name")

        def update(self):
            self.groups = [forms.MoreGroup]
            super().update()

    submit(Form, {"name": "Ann", "remark": "Hm"})

    assert dict(get_record(page, "late")) == {"name": "Ann", "remark": "Hm"}


def test_a_form_without_a_key_says_so(submit):
    class Forgetful(RecordFormMixin, EditForm):
        fields = Fields(IFeedback)

    with pytest.raises(RecordKeyMissing, match="my.addon.feedback"):
        submit(Forgetful)


@pytest.mark.parametrize("key", ["", 7])
def test_a_bad_key_is_refused_at_class_creation(key):
    with pytest.raises(RecordKeyMissing):

        class Bad(RecordFormMixin, EditForm):
            record_key = key


@provider(IContextAwareDefaultFactory)
def title_of(context):
    return context.title


@provider(IContextSourceBinder)
def ids_of(context):
    return SimpleVocabulary.fromValues([context.getId()])


class IContextual(Interface):
    name = schema.TextLine(title="Name", defaultFactory=title_of)
    where = schema.Choice(title="Where", source=ids_of, required=False)


class ContextualForm(RecordFormMixin, EditForm):
    record_key = "contextual"
    fields = Fields(IContextual)


def test_default_factories_and_sources_find_the_content(page, make_request):
    form = ContextualForm(page, make_request())

    form.update()

    assert form.widgets["name"].value == "The page"
    assert "page" in form.widgets["where"].render()


def test_a_relation_to_deleted_content_reads_as_empty(site, page):
    from plone.app.vocabularies.catalog import CatalogSource
    from z3c.relationfield.schema import RelationChoice
    from z3c.relationfield.schema import RelationList

    one = RelationChoice(__name__="one", source=CatalogSource())
    many = RelationList(__name__="many", value_type=one)
    record = get_record(page, "relations")
    get_one = getMultiAdapter((record, one), IDataManager)
    get_many = getMultiAdapter((record, many), IDataManager)
    get_one.set(site["item"])
    get_many.set([site["item"], page])

    site.manage_delObjects(["item"])

    assert get_one.get() is None
    assert [found.getId() for found in get_many.get()] == ["page"]


def test_a_relation_keeps_its_target_when_that_is_moved(site, page):
    from plone.app.vocabularies.catalog import CatalogSource
    from z3c.relationfield.schema import RelationChoice

    field = RelationChoice(__name__="one", source=CatalogSource())
    manager = getMultiAdapter((get_record(page, "relations"), field), IDataManager)
    manager.set(site["item"])

    import transaction

    transaction.savepoint()
    site.manage_renameObject("item", "elsewhere")

    assert manager.get().getId() == "elsewhere"


def test_content_itself_is_never_stored(page, site):
    from collective.hoard.storage.interfaces import UnstorableValue

    with pytest.raises(UnstorableValue, match="relation field"):
        get_record(page, "k")["related"] = site["item"]


def test_a_file_that_belongs_to_other_content_is_copied(site, page):
    from plone.namedfile.file import NamedBlobFile
    import transaction

    first = getMultiAdapter(
        (get_record(page, "a"), forms.IAuto["attachment"]), IDataManager
    )
    second = getMultiAdapter(
        (get_record(page, "b"), forms.IAuto["attachment"]), IDataManager
    )
    first.set(NamedBlobFile(b"Hi", filename="a.txt"))
    transaction.savepoint()

    second.set(first.get())

    assert second.get().data == b"Hi"
    assert second.get()._blob is not first.get()._blob


def test_setting_the_same_file_again_keeps_the_blob(page, events):
    from plone.namedfile.file import NamedBlobFile

    manager = getMultiAdapter(
        (get_record(page, "a"), forms.IAuto["attachment"]), IDataManager
    )
    manager.set(NamedBlobFile(b"Hi", filename="a.txt"))
    del events[:]

    manager.set(manager.get())

    assert events == []


# the article's mixin


def test_the_articles_mixin_needs_no_prepared_annotation(submit, page):
    submit(forms.ArticleForm, {"name": "Ann"})

    assert IAnnotations(page)["hoardexample.article"]["name"] == "Ann"
    assert get_record(page, "hoardexample.article")["name"] == "Ann"


def test_the_articles_mixin_shows_data_of_the_articles_recipe(page, make_request):
    IAnnotations(page)["hoardexample.article"] = PersistentMapping(name="Old")

    form = forms.ArticleForm(page, make_request())
    form.update()

    assert form.widgets["name"].value == "Old"


def test_the_articles_mixin_without_any_setting(submit, page):
    class Bare(AnnotationStorageMixin, EditForm):
        fields = Fields(IFeedback)

    submit(Bare, {"name": "Ann"})

    assert IAnnotations(page)["form_annotation_storage"]["name"] == "Ann"


def test_the_articles_plain_registration_is_not_active(site):
    from z3c.form.datamanager import AttributeField

    manager = getMultiAdapter((PersistentMapping(), schema.TextLine()), IDataManager)

    assert type(manager) is AttributeField


def test_the_articles_plain_registration_can_be_included(thing):
    from z3c.form.datamanager import DictionaryField
    from zope.configuration import xmlconfig
    import collective.hoard.storage
    import zope.component

    context = xmlconfig.file("meta.zcml", zope.component)
    xmlconfig.file("article.zcml", collective.hoard.storage, context=context)

    manager = getMultiAdapter((PersistentMapping(), schema.TextLine()), IDataManager)
    assert type(manager) is DictionaryField


# events


def test_the_first_submit_announces_a_created_record(submit, page, events):
    submit(forms.GroupedForm, {"name": "Ann", "tags": "new", "remark": "Hm"})

    (event,) = events
    assert IRecordCreated.providedBy(event)
    assert event.content.aq_base is page.aq_base
    assert event.key == "hoardexample.grouped"
    assert event.changes == {
        "name": (NO_VALUE, "Ann"),
        "nick": (NO_VALUE, None),
        "tags": (NO_VALUE, ["new"]),
        "remark": (NO_VALUE, "Hm"),
    }


def test_the_next_one_announces_what_changed(submit, events):
    submit(forms.FeedbackForm, {"name": "Ann"})
    del events[:]

    submit(forms.FeedbackForm, {"name": "Ben"})

    (event,) = events
    assert IRecordModified.providedBy(event)
    assert event.changes == {"name": ("Ann", "Ben")}


def test_removing_announces_it(page, events):
    from collective.hoard.storage import remove_record

    get_record(page, "k")["a"] = 1
    remove_record(page, "k")

    assert IRecordRemoved.providedBy(events[-1])
    assert events[-1].changes == {"a": (1, NO_VALUE)}


def test_subscribers_can_ask_for_a_marker(submit):
    from zope.component import getGlobalSiteManager

    seen = []

    def handler(record, event):
        seen.append(record)

    provideHandler(handler, [IMarker, IRecordModified])
    try:
        submit(forms.FeedbackForm, {"name": "Ann"})
        submit(forms.FeedbackForm, {"name": "Ben"})
        submit(forms.PloneGroupedForm, {"name": "Ann"})
        submit(forms.PloneGroupedForm, {"name": "Ben"})
    finally:
        getGlobalSiteManager().unregisterHandler(handler, [IMarker, IRecordModified])

    assert [record.key for record in seen] == ["hoardexample.feedback"]


def test_several_changes_can_be_announced_as_one(page, events):
    record = get_record(page, "k")

    with record.batch():
        record["a"] = 1
        record["b"] = 2
        record["b"] = 3

    (event,) = events
    assert event.changes == {"a": (NO_VALUE, 1), "b": (NO_VALUE, 3)}


def test_changes_that_cancel_out_are_not_announced(page, events):
    record = get_record(page, "k")
    record["a"] = 1
    del events[:]

    with record.batch():
        record["a"] = 2
        record["a"] = 1

    assert events == []


def test_a_failed_batch_announces_nothing(page, events):
    record = get_record(page, "k")

    with pytest.raises(ZeroDivisionError), record.batch():
        record["a"] = 1
        raise ZeroDivisionError

    record["b"] = 1
    assert [event.changes for event in events] == [{"b": (NO_VALUE, 1)}]


def test_a_subscriber_may_set_another_value(page):
    from zope.component import getGlobalSiteManager

    seen = []

    def handler(event):
        seen.append(event.changes)
        event.object["stamp"] = 1

    provideHandler(handler, [IRecordCreated])
    provideHandler(seen.append, [IRecordModified])
    try:
        get_record(page, "k")["a"] = 1
    finally:
        getGlobalSiteManager().unregisterHandler(handler, [IRecordCreated])
        getGlobalSiteManager().unregisterHandler(seen.append, [IRecordModified])

    assert seen[1].changes == {"stamp": (NO_VALUE, 1)}


# the content's own date and catalog


def test_the_content_is_not_touched_unless_wanted(submit, page):
    before = page.modified()

    submit(forms.FeedbackForm, {"name": "Ann"})

    assert page.modified() == before


def test_the_content_is_touched_if_wanted(submit, page, site):
    page.setModificationDate("2020-01-01")
    page.reindexObject(idxs=["modified"])

    submit(forms.TouchingForm, {"name": "Ann"})

    (brain,) = site.portal_catalog(UID=page.UID())
    assert page.modified().year() > 2020
    assert brain.modified.year() > 2020


def test_the_content_is_not_touched_if_nothing_changed(submit, page):
    submit(forms.TouchingForm, {"name": "Ann"})
    page.setModificationDate("2020-01-01")

    submit(forms.TouchingForm, {"name": "Ann"})

    assert page.modified().year() == 2020


def test_the_record_is_announced_as_modified_as_z3c_form_does(submit):
    from zope.component import getGlobalSiteManager

    seen = []

    def handler(record, event):
        seen.extend((d.interface, d.attributes) for d in event.descriptions)

    provideHandler(handler, [IMarker, IObjectModifiedEvent])
    try:
        submit(forms.GroupedForm, {"name": "Ann", "nick": "anon", "remark": "Hm"})
    finally:
        getGlobalSiteManager().unregisterHandler(
            handler, [IMarker, IObjectModifiedEvent]
        )

    assert (IMore, ("remark",)) in seen
    assert seen[0][0] is IFeedback and "name" in seen[0][1]
