"""Records when their content is copied, moved, deleted, checked out, versioned."""

from collective.hoard.storage import get_record
from collective.hoard.storage import remove_record
from collective.hoard.storage.interfaces import IRecordRemoved
from collective.hoard.storage.places import ALIASED
from hoardexample import forms
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.namedfile.file import NamedBlobFile
from Products.CMFCore.utils import getToolByName
from z3c.form.interfaces import IDataManager
from zope.annotation.interfaces import IAnnotations
from zope.component import getMultiAdapter
import pytest
import transaction


KEY = "hoardexample.auto"


def file_manager(content):
    return getMultiAdapter(
        (get_record(content, KEY), forms.IAuto["attachment"]), IDataManager
    )


@pytest.fixture(params=["Document", "Folder", "News Item"])
def content(request, site):
    """Content of folderish and other types, with a record and a file."""
    fti = site.portal_types[request.param]
    behaviors = tuple({*fti.behaviors, "plone.locking", "plone.versioning"})
    fti.manage_changeProperties(behaviors=behaviors)
    site.invokeFactory("Folder", "target")
    site.invokeFactory(request.param, "it", title="It")
    content = site["it"]
    get_record(content, KEY).update(name="Ann", tags=["a", {"b": ["c"]}])
    file_manager(content).set(NamedBlobFile(b"Hi", filename="hi.txt"))
    get_record(content, "article", where=ALIASED)["name"] = "Art"
    transaction.savepoint()
    return content


def check(content, name="Ann", data=b"Hi"):
    record = get_record(content, KEY)
    assert record["name"] == name
    assert record["tags"] == ["a", {"b": ["c"]}]
    assert file_manager(content).get().data == data


# copy, move, delete


def test_a_copy_has_a_record_of_its_own(site, content):
    copied = site["target"].manage_pasteObjects(site.manage_copyObjects(["it"]))
    copy = site["target"][copied[0]["new_id"]]

    get_record(copy, KEY)["name"] = "Ben"
    copy_storage = get_record(copy, KEY).storage
    copy_storage["tags"][1]["b"].append("d")
    file_manager(copy).set(NamedBlobFile(b"New", filename="n.txt"))

    check(content)
    check_changed = get_record(copy, KEY)
    assert check_changed["tags"] == ["a", {"b": ["c", "d"]}]
    assert file_manager(copy).get().data == b"New"


def test_moved_content_keeps_its_record(site, content, events):
    site["target"].manage_pasteObjects(site.manage_cutObjects(["it"]))

    check(site["target"]["it"])
    assert events == []


def test_renamed_content_keeps_its_record(site, content, events):
    site.manage_renameObject("it", "other")

    check(site["other"])
    assert events == []


def test_deleting_content_announces_its_records(site, content, events):
    site.manage_delObjects(["it"])

    assert all(IRecordRemoved.providedBy(event) for event in events)
    assert {event.key for event in events} == {KEY, "article"}
    (event,) = [event for event in events if event.key == KEY]
    assert event.changes["name"][0] == "Ann"


def test_deleting_a_folder_announces_records_inside(site, events):
    site.invokeFactory("Folder", "outer")
    site["outer"].invokeFactory("Document", "inner")
    get_record(site["outer"]["inner"], "k")["a"] = 1
    del events[:]

    site.manage_delObjects(["outer"])

    assert [event.key for event in events] == ["k"]


# working copies


@pytest.fixture
def working_copy(content, site):
    return ICheckinCheckoutPolicy(content).checkout(site["target"])


def test_a_working_copy_starts_with_the_record(working_copy):
    check(working_copy)


def test_editing_a_working_copy_does_not_show_on_the_original(content, working_copy):
    get_record(working_copy, KEY)["name"] = "Draft"
    get_record(working_copy, KEY).storage["tags"].append("draft")
    file_manager(working_copy).set(NamedBlobFile(b"Draft", filename="d.txt"))
    get_record(working_copy, "article", where=ALIASED)["name"] = "Draft"

    check(content)
    assert get_record(content, "article", where=ALIASED)["name"] == "Art"
    assert IAnnotations(content)["article"]["name"] == "Art"


def test_check_in_brings_the_record_back(content, working_copy, site):
    get_record(working_copy, KEY)["name"] = "Final"
    file_manager(working_copy).set(NamedBlobFile(b"Final", filename="f.txt"))
    get_record(working_copy, "article", where=ALIASED)["name"] = "Final"
    get_record(working_copy, "new")["a"] = 1
    transaction.savepoint()

    ICheckinCheckoutPolicy(working_copy).checkin("done")

    check(site["it"], "Final", b"Final")
    assert get_record(site["it"], "new")["a"] == 1
    assert get_record(site["it"], "article")["name"] == "Final"
    assert IAnnotations(site["it"])["article"]["name"] == "Final"
    transaction.savepoint()
    assert file_manager(site["it"]).get().data == b"Final"


def test_check_in_does_not_share_with_the_working_copy(content, working_copy, site):
    storage = get_record(working_copy, KEY).storage

    ICheckinCheckoutPolicy(working_copy).checkin("done")

    assert get_record(site["it"], KEY).storage is not storage


@pytest.mark.parametrize("keys", [[KEY], ["article"], [KEY, "article"]])
def test_check_in_removes_what_was_removed(content, working_copy, site, keys):
    for key in keys:
        remove_record(working_copy, key, where=ALIASED)

    ICheckinCheckoutPolicy(working_copy).checkin("done")

    for key in keys:
        assert not get_record(site["it"], key, where=ALIASED).exists


def test_cancelling_leaves_the_original_alone(content, working_copy, site):
    get_record(working_copy, KEY)["name"] = "Draft"

    ICheckinCheckoutPolicy(working_copy).cancelCheckout()

    check(site["it"])


# versions


@pytest.fixture
def repository(site):
    return getToolByName(site, "portal_repository")


@pytest.fixture
def save(repository):
    """Save a version; its number."""

    def save(content):
        types = {*repository.getVersionableContentTypes(), content.portal_type}
        repository.setVersionableContentTypes(list(types))
        repository.save(content, comment="saved")
        return content.version_id

    return save


def test_reverting_brings_the_old_record_back(content, repository, save, site):
    first = save(content)
    get_record(content, KEY)["name"] = "Changed"
    file_manager(content).set(NamedBlobFile(b"Changed", filename="c.txt"))
    get_record(content, "later")["a"] = 1
    second = save(content)

    repository.revert(content, first)

    check(site["it"])
    assert file_manager(site["it"]).get().filename == "hi.txt"
    assert not get_record(site["it"], "later").exists

    repository.revert(site["it"], second)

    check(site["it"], "Changed", b"Changed")


def test_a_version_is_not_changed_by_later_edits(content, repository, save):
    first = save(content)
    get_record(content, KEY).storage["tags"].append("later")
    file_manager(content).set(NamedBlobFile(b"Changed", filename="c.txt"))

    version = repository.retrieve(content, first).object

    check(version)


def test_a_version_without_a_record_reverts_to_none(site, repository, save):
    site.invokeFactory("Document", "empty")
    content = site["empty"]
    first = save(content)
    get_record(content, KEY)["name"] = "Ann"
    save(content)

    repository.revert(content, first)

    assert not get_record(site["empty"], KEY).exists


def test_the_modifier_is_there_once_and_goes_with_the_add_on(site):
    from plone.app.testing import applyProfile

    modifiers = site.portal_modifier
    applyProfile(site, "collective.hoard:default")
    assert "HoardRecordBlobs" in modifiers.objectIds()

    applyProfile(site, "collective.hoard:uninstall")
    assert "HoardRecordBlobs" not in modifiers.objectIds()


def test_versions_are_saved_even_if_the_package_is_gone(
    content, repository, save, site
):
    from collective.hoard.storage.versioning import RecordBlobs

    # What ZODB makes of a class that cannot be imported.
    from ZODB.broken import find_global

    modifier = site.portal_modifier["HoardRecordBlobs"]
    broken = find_global("collective.gone", "RecordBlobs")
    assert isinstance(modifier._modifier, RecordBlobs)
    modifier._modifier = broken.__new__(broken)

    repository.revert(content, save(content))

    assert get_record(site["it"], KEY)["name"] == "Ann"


def test_touching_the_content_saves_a_version_with_the_record(submit, page, repository):
    before = len(repository.getHistory(page))

    submit(forms.TouchingForm, {"name": "Ann"})

    assert len(repository.getHistory(page)) == before + 1
    version = repository.retrieve(page, page.version_id).object
    assert get_record(version, forms.TouchingForm.record_key)["name"] == "Ann"
