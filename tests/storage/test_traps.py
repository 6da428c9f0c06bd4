"""The traps of keeping form data in annotations, one test (or more) for each."""

from collective.hoard.storage import get_record
from collective.hoard.storage import hoard_validator
from collective.hoard.storage import HoardValidator
from collective.hoard.storage import RecordFormMixin
from collective.hoard.storage.interfaces import AmbiguousField
from collective.hoard.storage.interfaces import InvalidMarker
from hoardexample import forms
from hoardexample.forms import IFeedback
from hoardexample.forms import IMarker
from hoardexample.forms import IOther
from persistent.mapping import PersistentMapping
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.autoform.form import AutoExtensibleForm
from plone.testing.zope import Browser
from z3c.form.field import Fields
from z3c.form.form import EditForm
from z3c.form.interfaces import IDataManager
from z3c.form.validator import WidgetValidatorDiscriminators
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.component import getMultiAdapter
from zope.interface import directlyProvidedBy
from zope.interface import Interface
from ZPublisher.interfaces import IPubBeforeCommit
import pytest
import subprocess
import sys
import textwrap
import transaction


VIEWS = ["feedback", "article", "grouped", "auto", "careful"]


class IClash(Interface):
    """Has a field that IFeedback has as well."""

    name = schema.TextLine(title="Another name", required=False)


# missing key in an invariant


def test_missing_key_in_an_invariant(submit):
    form = submit(forms.RangeForm, {"high": "0"})

    assert [view.message for view in form.widgets.errors] == ["High is below low."]


def test_missing_key_in_an_invariant_does_not_make_query_lie(page):
    record = get_record(page, "hoardexample.range")

    manager = getMultiAdapter((record, forms.IRange["low"]), IDataManager)

    assert manager.get() == 1
    assert manager.query("nothing") == "nothing"


# default that is shared and mutable


def test_default_that_is_shared_and_mutable(page):
    record = get_record(page, "hoardexample.feedback")
    manager = getMultiAdapter((record, IFeedback["tags"]), IDataManager)

    manager.get().append("mine")

    assert IFeedback["tags"].default == ["new"]
    assert manager.get() == ["new"]


def test_default_that_is_shared_and_mutable_is_not_what_gets_stored(page):
    record = get_record(page, "hoardexample.feedback")

    getMultiAdapter((record, IFeedback["tags"]), IDataManager).set(
        IFeedback["tags"].default
    )
    record.storage["tags"].append("mine")

    assert IFeedback["tags"].default == ["new"]


# value mutated in place


@pytest.mark.parametrize(
    "value,change",
    [
        (["a"], lambda v: v.append("b")),
        ({"a": 1}, lambda v: v.update(b=2)),
        ([["a"]], lambda v: v[0].append("b")),
        ({"a": ["b"]}, lambda v: v["a"].append("c")),
    ],
)
def test_value_mutated_in_place_changes_nothing(page, value, change):
    record = get_record(page, "k")
    record["v"] = value
    expected = record["v"]

    change(record["v"])
    change(value)

    assert record["v"] == expected


def test_value_mutated_in_place_on_disk_is_not_lost(page):
    record = get_record(page, "k")
    record["v"] = ["a"]
    transaction.savepoint()

    record.storage["v"].append("b")
    transaction.savepoint()
    page._p_jar.cacheMinimize()

    assert record["v"] == ["a", "b"]


def test_value_mutated_in_place_and_set_again_is_a_change(page, events):
    record = get_record(page, "k")
    record["v"] = ["a"]
    value = record["v"]
    value.append("b")

    record["v"] = value

    assert events[-1].changes == {"v": (["a"], ["a", "b"])}


# 1 == True


class INumber(Interface):
    answer = schema.Choice(title="Answer", values=[True, False])


class INumberBefore(Interface):
    answer = schema.Int(title="Answer")


class NumberForm(RecordFormMixin, EditForm):
    record_key = "number"
    fields = Fields(INumber)


def test_1_equals_true_but_is_another_answer(submit, page):
    get_record(page, "number")["answer"] = 1

    submit(NumberForm, {"answer": ["True"]})

    assert get_record(page, "number")["answer"] is True


@pytest.mark.parametrize(
    "old,new", [(1, True), (1.0, 1), ([1], [True]), ((0,), (False,))]
)
def test_1_equals_true_is_noticed_by_the_record(page, old, new):
    record = get_record(page, "k")
    record["v"] = old

    record["v"] = new

    assert repr(record["v"]) == repr(new)


# cleared value with a default


def test_cleared_value_with_a_default(submit, make_request, page):
    submit(forms.FeedbackForm, {"nick": "Bob"})
    submit(forms.FeedbackForm, {"nick": ""})

    form = forms.FeedbackForm(page, make_request())
    form.update()

    assert get_record(page, "hoardexample.feedback")["nick"] is None
    assert form.widgets["nick"].value == ""
    assert forms.FeedbackForm.fields["nick"].showDefault is None


def test_cleared_value_with_a_default_at_the_first_submit(submit, make_request, page):
    submit(forms.FeedbackForm, {"nick": ""})

    form = forms.FeedbackForm(page, make_request())
    form.update()

    assert form.widgets["nick"].value == ""


def test_a_default_is_shown_before_anything_was_stored(make_request, page):
    form = forms.FeedbackForm(page, make_request())

    form.update()

    assert form.widgets["nick"].value == "anon"


# two schemata with a same-named field


def test_two_schemata_with_a_same_named_field_are_refused_at_class_creation():
    with pytest.raises(AmbiguousField, match="IClash.*name.*record_qualified"):

        class Clashing(RecordFormMixin, AutoExtensibleForm, EditForm):
            record_key = "clash"
            schema = IFeedback
            additionalSchemata = (IClash,)


def test_two_schemata_with_a_same_named_field_are_refused_when_known_later(submit):
    class Clashing(RecordFormMixin, AutoExtensibleForm, EditForm):
        record_key = "clash"

        @property
        def schema(self):
            return IFeedback

        @property
        def additionalSchemata(self):
            return (IClash,)

    with pytest.raises(AmbiguousField):
        submit(Clashing)


def test_two_schemata_with_a_same_named_field_by_inheritance_are_refused():
    class IBase(Interface):
        name = schema.TextLine(title="Name")

    class IOne(IBase):
        pass

    class ITwo(IBase):
        pass

    with pytest.raises(AmbiguousField, match="both inherit the field 'name'"):

        class Clashing(RecordFormMixin, AutoExtensibleForm, EditForm):
            record_key = "clash"
            schema = IOne
            additionalSchemata = (ITwo,)


def test_two_schemata_with_a_same_named_field_are_kept_apart_if_qualified(submit, page):
    class Apart(RecordFormMixin, AutoExtensibleForm, EditForm):
        record_key = "apart"
        record_qualified = (IClash,)
        schema = IFeedback
        additionalSchemata = (IClash,)

    submit(Apart, {"name": "one", "IClash.name": "two"})

    record = get_record(page, "apart")
    assert record["name"] == "one"
    assert record[f"{IClash.__identifier__}.name"] == "two"


# group without the parent's storage


@pytest.mark.parametrize(
    "form_class,key",
    [
        (forms.GroupedForm, "hoardexample.grouped"),
        (forms.PloneGroupedForm, "hoardexample.plonegrouped"),
        (forms.AutoForm, "hoardexample.auto"),
    ],
)
def test_group_without_the_parents_storage(submit, page, form_class, key):
    submit(form_class, {"name": "Ann", "remark": "Fine"})

    record = get_record(page, key)
    assert (record["name"], record["remark"]) == ("Ann", "Fine")
    assert not hasattr(page.aq_base, "remark")


def test_group_without_the_parents_storage_inside_a_group(submit, page):
    from z3c.form.group import Group
    from z3c.form.group import GroupForm

    class Inner(Group):
        fields = Fields(forms.IMore)

    class Outer(Group):
        fields = Fields(IFeedback).select("nick")
        groups = (Inner,)

    class Nested(RecordFormMixin, GroupForm, EditForm):
        record_key = "nested"
        fields = Fields(IFeedback).select("name")
        groups = (Outer,)

    submit(Nested, {"name": "Ann", "nick": "A", "remark": "Fine"})

    assert dict(get_record(page, "nested")) == {
        "name": "Ann",
        "nick": "A",
        "remark": "Fine",
    }


# discriminator given as instance


@pytest.mark.parametrize("role", ["context", "view", "request", "widget"])
def test_discriminator_given_as_instance_is_refused(role):
    with pytest.raises(InvalidMarker, match=f"{role}=.*is an instance"):
        hoard_validator(**{role: PersistentMapping()})(HoardValidator)


def test_discriminator_given_as_instance_of_a_record_stores_nothing(page):
    class Validator(HoardValidator):
        pass

    record = get_record(page, "k")
    record["v"] = 1

    WidgetValidatorDiscriminators(Validator, context=record)
    record["v"] = 2
    transaction.savepoint()

    assert not list(directlyProvidedBy(record.storage))


@pytest.mark.parametrize("marker", [object(), PersistentMapping(), "IMarker", EditForm])
def test_a_marker_that_is_no_interface_is_refused_at_class_creation(marker):
    with pytest.raises(InvalidMarker):

        class Marked(RecordFormMixin, EditForm):
            record_key = "marked"
            record_markers = (marker,)


# markers in a loop


@pytest.mark.parametrize("form_class", [forms.FeedbackForm, forms.ArticleForm])
def test_markers_in_a_loop_are_all_there(page, make_request, form_class):
    record = form_class(page, make_request()).getContent()

    assert IMarker.providedBy(record)
    assert IOther.providedBy(record)


@pytest.mark.parametrize("form_class", [forms.FeedbackForm, forms.ArticleForm])
def test_markers_in_a_loop_are_never_stored(submit, form_class):
    form = submit(form_class, {"name": "Ann"})

    assert list(directlyProvidedBy(form.getContent().storage)) == []


# write on GET


@pytest.fixture
def registered():
    """The objects that each published request registered."""
    counts = []

    def count(event):
        connection = event.request["PARENTS"][-1]._p_jar
        counts.append(connection._registered_objects[:])

    getGlobalSiteManager().registerHandler(count, [IPubBeforeCommit])
    yield counts
    getGlobalSiteManager().unregisterHandler(count, [IPubBeforeCommit])


@pytest.fixture
def public_page(storage_functional):
    portal = storage_functional["portal"]
    for name in VIEWS[:-1]:
        record = get_record(portal["page"], f"hoardexample.{name}")
        record.update(name="Ann", nick=None, tags=["a"])
    portal["page"].manage_permission("View", ["Anonymous", "Manager"], acquire=False)
    portal["item"].manage_permission("View", ["Anonymous", "Manager"], acquire=False)
    transaction.commit()
    return portal["page"].absolute_url()


def browser_of(layer, signed_in):
    browser = Browser(layer["app"])
    browser.handleErrors = False
    if signed_in:
        browser.addHeader(
            "Authorization", f"Basic {SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}"
        )
    return browser


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "anonymous"])
@pytest.mark.parametrize("name", ["page", "item"], ids=["filled", "empty"])
def test_write_on_get(
    storage_functional, public_page, registered, view, signed_in, name
):
    browser = browser_of(storage_functional, signed_in)
    browser.open(public_page)  # Plone itself writes its portlets once
    registered.clear()

    browser.open(public_page.replace("/page", f"/{name}/@@example-{view}"))

    assert "form.buttons.apply" in browser.contents
    assert registered == [[]]


def test_the_count_of_write_on_get_sees_a_write(
    storage_functional, public_page, registered
):
    browser = browser_of(storage_functional, False)
    browser.open(f"{public_page}/@@example-feedback")

    browser.getControl(name="form.widgets.name").value = "Bob"
    browser.getControl(name="form.buttons.apply").click()

    assert get_record_of(registered[1])


def get_record_of(objects):
    return [found for found in objects if "name" in getattr(found, "data", ())]


# add-on removed


BARE_READER = """
    import sys

    class Removed:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in ("collective", "hoardexample", "plone", "z3c",
                                      "Products", "OFS", "Acquisition"):
                raise ImportError(f"{name} was removed")

    sys.meta_path.insert(0, Removed())
    for name in [n for n in sys.modules if n.split(".")[0] == "collective"]:
        del sys.modules[name]

    from ZODB.DB import DB
    from ZODB.FileStorage import FileStorage
    from ZODB.broken import Broken

    storage = FileStorage(sys.argv[1], blob_dir=sys.argv[2], read_only=True)
    connection = DB(storage).open()
    root = connection.root()["records"]
    for key, record in sorted(root.items()):
        for name, value in sorted(record.items()):
            assert not isinstance(value, Broken), (key, name)
            print(key, name, repr(value))
            if name == "attachment":
                print(value["blob"].open().read())
    # Every object of the database, whatever refers to it.
    for transaction in storage.iterator():
        for found in transaction:
            assert not isinstance(connection.get(found.oid), Broken)
            connection.get(found.oid)._p_activate()
"""


def test_add_on_removed_and_every_record_loaded_by_bare_zodb(submit, page, tmp_path):
    from plone.app.textfield import RichText
    from plone.app.textfield.value import RichTextValue
    from plone.app.vocabularies.catalog import CatalogSource
    from plone.namedfile.file import NamedBlobFile
    from z3c.relationfield.schema import RelationChoice
    from ZODB.DB import DB
    from ZODB.FileStorage import FileStorage

    submit(forms.FeedbackForm, {"name": "Ann", "tags": "x\r\ny"})
    submit(forms.ArticleForm, {"name": "Ben"})
    record = get_record(page, "hoardexample.auto")
    typed = {
        "attachment": (
            forms.IAuto["attachment"],
            NamedBlobFile(b"Hi", filename="a.txt"),
        ),
        "text": (RichText(__name__="text"), RichTextValue("<p>Rich</p>", "text/html")),
        "related": (RelationChoice(__name__="related", source=CatalogSource()), page),
    }
    for field, value in typed.values():
        getMultiAdapter((record, field), IDataManager).set(value)
    from collective.hoard.storage.versioning import clone_container

    data, blobs = str(tmp_path / "Data.fs"), str(tmp_path / "blobs")
    database = DB(FileStorage(data, blob_dir=blobs))
    with database.transaction() as connection:
        container = IAnnotations(page)["collective.hoard"]
        connection.root()["records"] = clone_container(container)
    database.close()

    script = tmp_path / "read.py"
    script.write_text(textwrap.dedent(BARE_READER))
    done = subprocess.run(
        [sys.executable, script, data, blobs], capture_output=True, text=True
    )

    assert done.stderr == ""
    for expected in ("name 'Ann'", "['x', 'y']", "name 'Ben'", "b'Hi'", "<p>Rich</p>"):
        assert expected in done.stdout
