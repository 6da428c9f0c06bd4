"""A site with Solr: that it takes over, and what happens when it is away."""

from AccessControl.Permission import Permission
from collective.hoard.forms.removal import remove
from collective.hoard.forms.rights import READ
from collective.hoard.forms.submit import submit
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import parked
from collective.hoard.search.check import check
from collective.hoard.search.engine import search
from collective.hoard.search.marking import reindex
from collective.hoard.search.state import find_state
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import make_form
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from time import monotonic
from time import sleep
from zope.globalrequest import clearRequest
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest
import pysolr
import pytest
import transaction


pytestmark = pytest.mark.services


@pytest.fixture
def site(functional, solr, configured):
    setRoles(functional["portal"], TEST_USER_ID, ["Manager"])
    solr.empty()
    configured(solr.url)
    yield functional["portal"]
    solr.heal()
    solr.empty()


@pytest.fixture
def form(site):
    form = make_form()
    drain(site)
    return form


def drain(site):
    transaction.commit()
    # The registry keeps what it has read for the length of a request.
    before = getRequest()
    clearRequest()
    done = drain_once(site)
    setRequest(before)
    transaction.begin()
    return {name: one for name, one in done.items() if one.error}


def drain_until_done(site, seconds=60):
    """As the worker does it: again and again."""
    until = monotonic() + seconds
    while (failed := drain(site)) or outbox_state(site)["solr"].pending:
        assert monotonic() < until, failed
        sleep(0.3)


def send(form, **values):
    return submit(form, {"name": "Anna", "message": "Hello", **values}).key


def keys(site, text="", size="100", **params):
    found = search(site, {"text": text, "size": size, **params})
    assert not found.lag.scanned, found.lag.problem
    return [hit.key for hit in found.found.hits]


def wait_for(expected, find, seconds=60):
    """What *find* returns within some seconds: Solr shows what it got a bit later."""
    until = monotonic() + seconds
    while (found := find()) != expected and monotonic() < until:
        sleep(0.1)
    return found


def everything(solr):
    """Ids of all documents in there."""
    found = pysolr.Solr(solr.url).search("*:*", rows=10_000, fl="id")
    return sorted(doc["id"] for doc in found.docs)


def test_solr_finds_what_was_submitted_changed_and_removed(site, form):
    first, second = send(form), send(form, name="Bernd Müller")
    assert drain(site) == {}

    assert wait_for([second], lambda: keys(site, "mueller")) == [second]
    remove(form, [second])
    drain(site)
    assert wait_for([first], lambda: keys(site)) == [first]


def test_without_the_permission_solr_gives_nothing(site, form):
    key = send(form)
    drain(site)
    assert wait_for([key], lambda: keys(site)) == [key]
    Permission(READ, (), form).setRoles(())

    found = search(site, {"form": form.UID()}).found

    assert found.hits == () and found.total == 0


def test_solr_takes_over_and_gives_back(site, form, configured, solr):
    configured(None)
    first = send(form)
    assert drain(site) == {}
    assert keys(site) == [first]
    configured(solr.url)
    assert search(site, {}).lag.scanned  # Not yet in Solr: read from the store.
    second = send(form)
    drain_until_done(site)
    assert wait_for([second, first], lambda: keys(site)) == [second, first]
    assert len(everything(solr)) == 2

    configured(None)
    third = send(form)
    drain(site)

    assert keys(site) == [third, second, first]
    assert find_state(site)["index"] == "embedded"


def test_documents_of_another_site_are_not_found(site, form, solr):
    key = send(form)
    drain_until_done(site)
    other = {"id": "x", "site_s": "other", "uid_s": form.UID(), "key_l": key + 1}
    pysolr.Solr(solr.url).add([other], commit=True)

    assert wait_for([key], lambda: keys(site)) == [key]


def test_a_hundred_submissions_while_solr_is_down(site, form, solr):
    solr.stop()
    sent = []
    for number in range(100):
        sent.append(send(form, name=f"visitor {number}"))
        transaction.commit()
        if number % 30 == 0:
            assert drain(site)["solr"].error
    while_down = search(site, {"text": "visitor", "size": "100"})
    assert len(while_down.found.hits) == 100
    assert while_down.lag.scanned and while_down.lag.problem
    state = outbox_state(site)["solr"]
    assert state.pending == 100 and state.last_error

    solr.start()
    drain_until_done(site)

    assert wait_for(sent[::-1], lambda: keys(site, "visitor")) == sent[::-1]
    assert len(everything(solr)) == 100
    assert all(one.is_good for one in check(site))


def test_a_solr_that_hangs_delays_no_submission(site, form, solr):
    solr.pause()
    started = monotonic()
    sent = []
    for _ in range(5):
        sent.append(send(form))
        transaction.commit()
    # To wait for it five times would take five seconds.
    assert monotonic() - started < 4
    assert drain(site)["solr"].error
    started = monotonic()
    assert search(site, {"text": "anna"}).lag.scanned
    assert monotonic() - started < 15

    solr.resume()
    drain_until_done(site)

    assert wait_for(sent[::-1], lambda: keys(site)) == sent[::-1]
    assert len(everything(solr)) == 5


def test_a_pause_of_solr_over_several_time_outs_loses_and_doubles_nothing(
    site, form, solr, configured, faulty
):
    proxy = faulty(solr.url)
    configured(proxy.url)
    drain_until_done(site)
    solr.pause()
    sent = []
    for _ in range(3):
        asked = proxy.accepted, dict(proxy.passed)
        for _ in range(10):
            sent.append(send(form))
            transaction.commit()
        # Nobody waits for Solr who does not ask it.
        assert (proxy.accepted, proxy.passed) == asked
        assert drain(site)["solr"].error
    # Solr now also does what it was asked to when nobody waited any more.
    solr.resume()
    drain_until_done(site)

    assert wait_for(sent[::-1], lambda: keys(site)) == sent[::-1]
    assert len(everything(solr)) == 30
    assert all(one.is_good for one in check(site))


def test_what_solr_acknowledged_survives_its_death(site, form, solr):
    sent = [send(form) for _ in range(20)]
    drain_until_done(site)
    remove(form, sent[:5])
    drain_until_done(site)
    solr.kill()
    solr.start()

    assert wait_for(sent[:4:-1], lambda: keys_when_up(site)) == sent[:4:-1]
    assert all(one.is_good for one in check(site))


def keys_when_up(site):
    found = search(site, {"size": "100"})
    return None if found.lag.scanned else [hit.key for hit in found.found.hits]


def test_solr_dies_while_all_is_indexed_anew(site, form, solr, monkeypatch):
    monkeypatch.setattr("collective.hoard.search.solr.SolrIndex.step", 50)
    expected = add_rows(form, 200)
    reindex(site)
    transaction.commit()
    steps = []
    from collective.hoard.search import targets

    def dying(*args):
        steps.append(1)
        if len(steps) == 2:
            solr.kill()
        return step(*args)

    step = targets.step
    monkeypatch.setattr(targets, "step", dying)
    assert drain(site)["solr"].error
    solr.start()
    drain_until_done(site)

    assert wait_for(200, lambda: len(everything(solr))) == 200
    assert keys(site, size="200") == expected[::-1]
    # The first step was not done again.
    assert len(steps) < 12


def test_a_document_that_solr_refuses_is_parked_and_the_rest_goes_on(
    site, form, solr, monkeypatch
):
    from collective.hoard.search.solr import _index

    as_solr = _index.as_solr
    bad = []

    def poisoned(document, site):
        found = as_solr(document, site)
        return {**found, "key_l": "poison"} if document.key in bad else found

    monkeypatch.setattr(_index, "as_solr", poisoned)
    sent = [send(form) for _ in range(20)]
    bad.append(sent[7])
    drain(site)

    good = [key for key in sent[::-1] if key not in bad]
    assert wait_for(good, lambda: keys(site)) == good
    (one,) = parked(site, "solr")
    assert str(sent[7]) in one.id and "poison" in one.error


def test_a_document_refused_while_all_is_indexed_anew_is_parked_too(
    site, form, solr, monkeypatch
):
    from collective.hoard.search.solr import _index

    sent = add_rows(form, 20)
    as_solr = _index.as_solr

    def poisoned(document, site):
        found = as_solr(document, site)
        return {**found, "key_l": "poison"} if document.key == sent[3] else found

    monkeypatch.setattr(_index, "as_solr", poisoned)
    reindex(site)
    drain(site)

    assert wait_for(19, lambda: len(keys(site))) == 19
    assert len(list(parked(site, "solr"))) == 1


def test_a_check_compares_with_solr_and_repairs(site, form, solr):
    first, second, third = send(form), send(form), send(form)
    drain_until_done(site)
    client = pysolr.Solr(solr.url)
    wait_for(3, lambda: len(everything(solr)))
    uid = form.UID()
    client.delete(id=f"{uid}/{first}", commit=True)
    doc = dict(
        client.search(f'id:"{uid}/{second}"', fl="id,site_s,uid_s,key_l").docs[0]
    )
    client.add([{**doc, "token_s": "old"}], commit=True)
    extra = {**doc, "id": f"{uid}/{third + 1}", "key_l": third + 1, "token_s": "x"}
    client.add([extra], commit=True)
    (found,) = [one for one in check(site) if one.uid == uid]
    assert (found.missing, found.old, found.extra) == (1, 1, 1)

    list(check(site, repair=True, commit=transaction.commit))
    drain_until_done(site)

    def is_good():
        return all(one.is_good for one in check(site))

    assert wait_for(True, is_good)
    assert keys(site) == [third, second, first]
