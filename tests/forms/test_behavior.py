"""The behavior ``collective.hoard.form`` on any content, and what becomes of
its ledger when content is copied, moved, versioned or deleted."""

from collective.hoard.forms.behavior import get_definition
from collective.hoard.forms.behavior import IFormSettings
from collective.hoard.forms.behavior import stored_definition
from collective.hoard.forms.interfaces import DefinitionError
from collective.hoard.forms.interfaces import IHoardForm
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import fingerprint
from collective.hoard.forms.keeping import set_definition
from collective.hoard.forms.submit import submit
from collective.hoard.ledger import get_ledger
from collective.hoard.ledger import iter_ledgers
from forms.conftest import definition
from forms.conftest import field
from plone import api
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.testing import applyProfile
from zope.annotation.interfaces import IAnnotations
from zope.configuration import xmlconfig
from zope.interface import Invalid
from zope.lifecycleevent import modified
import plone.app.iterate
import pytest
import transaction


@pytest.fixture
def portal(integration):
    portal = integration["portal"]
    with api.env.adopt_roles(["Manager"]):
        fti = portal.portal_types["Document"]
        fti.behaviors = (*fti.behaviors, "collective.hoard.form")
        yield portal


@pytest.fixture(params=["Document", "HoardForm"])
def form(portal, request):
    form = api.content.create(portal, request.param, "form", title="Form")
    set_definition(form, definition(field("text")))
    submit(form, {"text": "hello"})
    # Copying needs a connection to the database.
    transaction.savepoint(optimistic=True)
    return form


def uid(content):
    return api.content.get_uuid(content)


def test_content_with_the_behavior_is_a_form(form):
    assert IHoardForm.providedBy(form)
    assert IFormSettings.providedBy(form)
    assert [f.id for f in get_definition(form).fields] == ["text"]
    assert [row.values for row in find_ledger(form).iter_rows()] == [{"text": "hello"}]


def test_other_content_is_none(portal):
    assert not IHoardForm.providedBy(api.content.create(portal, "Folder", "folder"))


def test_a_form_has_its_ledger_before_the_first_visitor(portal):
    form = api.content.create(portal, "Document", "new", title="New")

    assert len(find_ledger(form)) == 0
    assert find_ledger(form).title == "New"


def test_the_ledger_follows_the_title(form):
    form.title = "Other"
    modified(form)

    assert find_ledger(form).title == "Other"


def test_a_copy_has_an_empty_ledger_of_its_own(portal, form):
    copy = api.content.copy(form, portal, "copy")

    assert stored_definition(copy) == stored_definition(form)
    assert len(find_ledger(copy)) == 0
    assert find_ledger(copy).current_schema() == 1
    assert len(find_ledger(form)) == 1


def test_forms_in_a_copied_folder_have_ledgers_of_their_own(portal, form):
    folder = api.content.create(portal, "Folder", "folder")
    form = api.content.move(form, folder)
    transaction.savepoint(optimistic=True)

    copy = api.content.copy(folder, portal, "copy")

    assert len(find_ledger(copy["form"])) == 0
    assert len(find_ledger(form)) == 1


def test_a_renamed_or_moved_form_keeps_its_ledger(portal, form):
    folder = api.content.create(portal, "Folder", "folder")
    form = api.content.rename(form, "renamed")
    form = api.content.move(form, folder)

    assert [row.values for row in find_ledger(form).iter_rows()] == [{"text": "hello"}]
    assert len(list(iter_ledgers(portal))) == 1


def test_a_deleted_form_leaves_its_submissions(portal, form):
    form_uid = uid(form)
    api.content.delete(form)

    assert len(get_ledger(portal, form_uid)) == 1


def test_the_copy_changes_without_the_original(portal, form):
    copy = api.content.copy(form, portal, "copy")
    set_definition(copy, definition(field("text"), field("integer")))

    assert len(get_definition(form).fields) == 1


def test_the_definition_is_handed_out_as_a_copy(form):
    stored_definition(form)["fieldsets"].clear()

    assert len(get_definition(form).fields) == 1


def test_a_refused_definition_changes_nothing(form):
    before = fingerprint(form)

    with pytest.raises(DefinitionError):
        set_definition(form, definition(field("spaceship")))

    assert fingerprint(form) == before
    assert find_ledger(form).current_schema() == 1


def test_the_schema_refuses_what_the_pages_refuse(form):
    field_of_schema = IFormSettings["hoard_definition"]

    with pytest.raises(Invalid, match="no such kind"):
        field_of_schema.validate(definition(field("spaceship")))


def saved(form, comment):
    api.portal.get_tool("portal_repository").save(form, comment=comment)


def test_an_older_version_brings_back_the_definition_and_keeps_all_rows(form):
    repository = api.portal.get_tool("portal_repository")
    types = repository.getVersionableContentTypes()
    repository.setVersionableContentTypes([*types, form.portal_type])
    saved(form, "first")
    first = form.version_id
    set_definition(form, definition(field("text"), field("integer")))
    submit(form, {"text": "second", "integer": "2"})
    saved(form, "second")

    repository.revert(form, first)
    submit(form, {"text": "third"})

    assert [f.id for f in get_definition(form).fields] == ["text"]
    ledger = find_ledger(form)
    assert len(ledger) == 3
    versions = {row.values["text"]: row.schema for row in ledger.iter_rows()}
    newest = ledger.schemas[versions["third"]]["fieldsets"][0]["fields"]
    assert [f["id"] for f in newest] == ["text"]


def test_versions_hold_no_rows(form):
    repository = api.portal.get_tool("portal_repository")
    types = repository.getVersionableContentTypes()
    repository.setVersionableContentTypes([*types, form.portal_type])
    saved(form, "first")

    version = repository.retrieve(form, form.version_id).object
    everything = {name: repr(value) for name, value in vars(version).items()}
    annotations = {k: repr(v) for k, v in IAnnotations(version).items()}
    assert "hello" not in f"{everything}{annotations}"
    assert version.hoard_definition == form.hoard_definition


@pytest.fixture
def iterate(integration):
    context = integration["configurationContext"]
    xmlconfig.file("configure.zcml", plone.app.iterate, context=context)
    applyProfile(integration["portal"], "plone.app.iterate:default")


def test_a_working_copy_brings_its_definition_back_and_leaves_the_rows(iterate, form):
    form_uid = uid(form)
    working = ICheckinCheckoutPolicy(form).checkout(form.aq_parent)
    assert len(find_ledger(working)) == 0
    set_definition(working, definition(field("text"), field("integer")))
    submit(form, {"text": "meanwhile"})

    baseline = ICheckinCheckoutPolicy(working).checkin("done")

    assert uid(baseline) == form_uid
    assert [f.id for f in get_definition(baseline).fields] == ["text", "integer"]
    texts = [row.values["text"] for row in find_ledger(baseline).iter_rows()]
    assert sorted(texts) == ["hello", "meanwhile"]
    assert find_ledger(baseline).current_schema() == 2


def test_a_definition_of_a_newer_version_stops_neither_saving_nor_copying(portal, form):
    form.hoard_definition = {"version": 2, "pages": [{"id": "a"}]}

    modified(form)
    copy = api.content.copy(form, portal, "copy")

    assert stored_definition(copy) == {"version": 2, "pages": [{"id": "a"}]}
    with pytest.raises(DefinitionError):
        get_definition(copy)
    with pytest.raises(DefinitionError):
        submit(form, {})


def test_a_form_cannot_be_changed_through_a_newer_definition(form):
    form.hoard_definition = {"version": 2, "fieldsets": "other"}

    assert fingerprint(form)
    assert len(find_ledger(form)) == 1
