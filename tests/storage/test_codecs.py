"""Values inside other values, emptied values, and values of an older schema."""

from collective.hoard.storage import get_record
from collective.hoard.storage.interfaces import IValueCodec
from collective.hoard.storage.interfaces import UnstorableValue
from hoardexample import forms
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.testing import logout
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.app.vocabularies.catalog import CatalogSource
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.file import NamedBlobFile as File
from z3c.form.interfaces import IDataManager
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from zope import schema
from zope.component import getMultiAdapter
from zope.interface.verify import verifyObject
import pytest


RELATION = RelationChoice(__name__="one", source=CatalogSource())
FIELDS = {
    "relation": RELATION,
    "relations": RelationList(__name__="v", value_type=RELATION),
    "file": NamedBlobFile(__name__="v"),
    "rich text": RichText(__name__="v"),
    "list": schema.List(__name__="v", value_type=schema.TextLine()),
    "set": schema.Set(__name__="v"),
    "dict": schema.Dict(__name__="v"),
    "object": schema.Object(__name__="v", schema=forms.IMore),
    "text": schema.Text(__name__="v"),
}


@pytest.fixture
def manager(page):
    """The data manager of a field, by the name in the table or itself."""

    def manager(field):
        record = get_record(page, "codecs")
        return getMultiAdapter((record, FIELDS.get(field, field)), IDataManager)

    return manager


@pytest.mark.parametrize("name", FIELDS)
def test_codecs_keep_their_contract(site, name):
    assert verifyObject(IValueCodec, IValueCodec(FIELDS[name]))


@pytest.mark.parametrize("name", FIELDS)
def test_an_emptied_value_is_empty(manager, name):
    manager(name).set(None)

    assert manager(name).get() is None
    assert manager(name).query("default") is None


@pytest.mark.parametrize("name", FIELDS)
def test_a_value_that_an_older_schema_left_does_no_harm(manager, page, name):
    get_record(page, "codecs").update(v="left over", one="left over")

    value = manager(name).get()

    assert value in ("left over", None, [])


def test_files_in_a_list(manager):
    field = schema.List(__name__="files", value_type=NamedBlobFile())
    manager(field).set([File(b"1", filename="1.txt"), File(b"2", filename="2.txt")])

    assert [file.data for file in manager(field).get()] == [b"1", b"2"]
    assert type(manager(field).record.stored("files")[0]) is PersistentMapping


def test_relations_and_rich_text_in_a_dictionary(manager, site):
    related = schema.Dict(
        __name__="related", key_type=schema.TextLine(), value_type=RELATION
    )
    texts = schema.Dict(__name__="t", key_type=schema.Int(), value_type=RichText())
    manager(related).set({"a": site["item"]})
    manager(texts).set({1: RichTextValue("<p>x</p>")})

    assert manager(related).get()["a"].getId() == "item"
    assert manager(related).record["related"] == {"a": site["item"].UID()}
    assert manager(texts).get()[1].raw == "<p>x</p>"


def test_a_list_in_a_list(manager):
    field = schema.List(
        __name__="grid", value_type=schema.Tuple(value_type=schema.Set())
    )
    value = [({1, 2}, {3}), (set(),)]

    manager(field).set(value)

    assert manager(field).get() == value
    assert type(manager(field).get()[0][0]) is set
    assert type(manager(field).record.stored("grid")) is PersistentList


def test_a_field_added_to_an_objects_schema_has_its_default(manager, page):
    get_record(page, "codecs")["v"] = {"remark": "Hm"}

    value = manager("object").get()

    assert forms.IMore.providedBy(value)
    assert (value.remark, value.tone) == ("Hm", None)


def test_a_relation_is_kept_if_its_target_is_not_visible(manager, site):
    manager("relation").set(site["item"])
    site["item"].manage_permission("View", [], acquire=False)
    site["item"].reindexObject()

    logout()

    assert manager("relation").get().getId() == "item"


@pytest.mark.parametrize("value", ["text", object(), 7])
def test_a_relation_to_something_else_is_refused(manager, page, value):
    with pytest.raises(UnstorableValue, match="has no UUID"):
        manager("relation").set(value)

    assert not get_record(page, "codecs").exists


def test_a_relation_to_the_site_itself(manager, site):
    from plone.uuid.interfaces import IUUID

    assert IUUID(site)
    manager("relation").set(site)

    assert manager("relation").get().getId() == site.getId()


def test_a_read_only_field_cannot_be_set(manager):
    with pytest.raises(TypeError, match="read-only"):
        manager(schema.Text(__name__="fixed", readonly=True)).set("x")
