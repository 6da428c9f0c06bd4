"""On a site: from the submission to the hit, and who finds it."""

from AccessControl.Permission import Permission
from collective.hoard.forms.amend import amend
from collective.hoard.forms.removal import expire
from collective.hoard.forms.removal import remove
from collective.hoard.forms.rights import READ
from collective.hoard.forms.submit import submit
from collective.hoard.ledger import remove_ledger
from collective.hoard.outbox import drain_once
from collective.hoard.search.check import check
from collective.hoard.search.embedded._storage import LAYOUT
from collective.hoard.search.engine import search
from collective.hoard.search.marking import mark_whole
from collective.hoard.search.marking import reindex
from collective.hoard.search.state import ANNOTATION_KEY
from collective.hoard.search.state import find_state
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from zope.annotation.interfaces import IAnnotations
import pytest
import transaction


@pytest.fixture
def site(functional):
    setRoles(functional["portal"], TEST_USER_ID, ["Manager"])
    return functional["portal"]


@pytest.fixture
def form(site):
    form = make_form()
    drain(site)
    return form


def drain(site):
    transaction.commit()
    done = drain_once(site)
    transaction.begin()
    assert not any(one.error for one in done.values()), done


def send(form, **values):
    return submit(form, {"name": "Anna", "message": "Hello", **values}).key


def keys(site, text="", **params):
    found = search(site, {"text": text, **params})
    return [hit.key for hit in found.found.hits]


def test_a_submission_is_found_once_it_is_drained(site, form):
    key = send(form)
    transaction.commit()
    before = search(site, {"text": "anna"})
    assert before.found.hits == ()
    assert before.lag.count == 1 and before.lag.since is not None
    drain(site)

    after = search(site, {"text": "anna"})

    assert [hit.key for hit in after.found.hits] == [key]
    assert after.lag.count == 0 and after.lag.problem is None


def test_an_aborted_submission_leaves_no_mark(site, form):
    send(form)
    transaction.abort()
    drain(site)

    assert keys(site) == []


def test_a_change_and_a_removal_reach_the_index(site, form):
    first, second = send(form), send(form, name="Bernd")
    drain(site)
    amend(form, first, {"name": "Chris"}, revision=0)
    remove(form, [second])
    drain(site)

    assert keys(site, "anna") == keys(site, "bernd") == []
    assert keys(site) == keys(site, "chris") == [first]


def test_what_expires_vanishes(site, form):
    add_rows(form, 3, datetime(2020, 1, 1, tzinfo=UTC))
    form.hoard_retention_days = 1
    reindex(site)
    drain(site)
    assert len(keys(site)) == 3

    expire(form, datetime.now(UTC) + timedelta(days=2))
    drain(site)

    assert keys(site) == []
    assert all(one.is_good for one in check(site))


def test_without_the_permission_nothing_is_found(site, form):
    send(form)
    drain(site)
    Permission(READ, (), form).setRoles(())

    found = search(site, {"text": "anna"}).found

    assert found.hits == () and found.total == 0
    assert search(site, {"form": form.UID()}, scan=True).found.hits == ()


def test_visitors_find_nothing(site, form):
    send(form)
    drain(site)
    logout()

    assert keys(site) == []


def test_each_person_finds_what_he_may_read(site, form):
    other = make_form("other", title="Other")
    send(form)
    key = send(other)
    drain(site)
    api.user.create("reader@example.org", "reader")
    other.manage_setLocalRoles("reader", ["Editor"])
    login(site, "reader")

    assert keys(site) == [key]
    assert keys(site, form=form.UID()) == []
    assert keys(site, form=[other.UID(), form.UID()]) == [key]


def test_an_index_of_an_earlier_version_answers_and_is_built_anew(site, form):
    first = send(form)
    drain(site)
    collections = find_state(site)["collections"]
    collections[form.UID()]["layout"] = 1
    assert keys(site, "anna") == [first]
    second = send(form)
    drain(site)
    drain(site)

    assert find_state(site)["collections"][form.UID()]["layout"] == LAYOUT
    assert keys(site, "anna") == [second, first]


def test_a_form_that_moves_keeps_its_place_in_the_index(site, form):
    key = send(form)
    drain(site)
    folder = api.content.create(site, "Folder", "folder")
    api.content.move(form, folder, "renamed")

    assert keys(site, "anna") == [key]


def test_a_removed_form_is_not_searched(site, form):
    send(form)
    drain(site)
    api.content.delete(form)

    assert keys(site) == []


def test_a_ledger_that_is_gone_leaves_the_index(site, form):
    send(form)
    drain(site)
    uid = form.UID()
    remove_ledger(site, uid)
    mark_whole(site, uid)
    drain(site)

    state = find_state(site)
    assert uid not in state["collections"] and uid not in state["progress"]


def test_a_new_definition_makes_all_documents_anew(site, form):
    from collective.hoard.forms.keeping import set_definition

    key = send(form)
    drain(site)
    options = [{"value": "Anna", "title": "Annabelle"}]
    data = definition(
        field("name", "one_of", options=options), field("message", "long_text")
    )
    set_definition(form, data)
    drain(site)

    assert keys(site, "annabelle") == keys(site, **{"f.name": "Anna"}) == [key]


def test_until_it_is_built_the_store_is_looked_through(site, form):
    key = send(form)
    del find_state(site)["progress"][form.UID()]
    transaction.commit()

    found = search(site, {"text": "anna"})

    assert [hit.key for hit in found.found.hits] == [key]
    assert found.lag.scanned and found.lag.problem


def test_while_it_is_built_anew_the_old_one_answers(site, form):
    key = send(form)
    drain(site)
    before = search(site, {}).lag
    assert before.problem is None
    reindex(site)

    found = search(site, {"text": "anna"})

    # Nothing is drained yet.
    assert [hit.key for hit in found.found.hits] == [key]


@pytest.mark.parametrize("prefix", ["profile-", ""])
def test_what_came_before_the_search_is_indexed_when_it_is_installed(
    site, form, prefix
):
    key = send(form)
    transaction.commit()
    del IAnnotations(site)[ANNOTATION_KEY]
    setup = site.portal_setup
    setup.runAllImportStepsFromProfile(f"{prefix}collective.hoard:default")
    drain(site)

    assert keys(site, "anna") == [key]


def test_uninstalling_removes_the_index(site, form):
    send(form)
    drain(site)
    setup = site.portal_setup
    setup.runAllImportStepsFromProfile("profile-collective.hoard:uninstall")

    assert ANNOTATION_KEY not in IAnnotations(site)


def test_a_check_finds_and_repairs_what_is_wrong(site, form):
    first, second, third = send(form), send(form), send(form)
    drain(site)
    tail = find_state(site)["collections"][form.UID()]["tail"]
    del tail[first]
    tail[second] = ("old", *tail[second][1:])
    tail[third + 16] = tail[third]
    transaction.commit()
    (found,) = [one for one in check(site) if one.uid == form.UID()]
    assert (found.missing, found.old, found.extra) == (1, 1, 1)
    assert not found.is_good

    repaired = list(check(site, repair=True, commit=transaction.commit))
    drain(site)

    assert sum(one.repaired for one in repaired) == 3
    assert all(one.is_good for one in check(site))
    assert keys(site, "anna") == [third, second, first]


def test_many_rows_are_indexed_step_by_step(site, form, monkeypatch):
    monkeypatch.setattr("collective.hoard.search.embedded.EmbeddedIndex.step", 7)
    expected = add_rows(form, 30)
    reindex(site)
    drain(site)

    assert keys(site, size="50") == expected[::-1]
    assert all(one.is_good for one in check(site))
