"""The outbox in the control panel, for people and for machines."""

from bs4 import BeautifulSoup
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import mark
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import send
from collective.hoard.outbox.interfaces import IMessageTarget
from collective.hoard.outbox.interfaces import Refused
from collective.hoard.outbox.interfaces import TargetDown
from collective.hoard.testing.samples import browser
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from plone.base.utils import get_installer
from zope.component import getGlobalSiteManager
from zope.component.hooks import getSite
from zope.globalrequest import getRequest
from zope.interface import implementer
from ZPublisher.interfaces import IPubBeforeCommit
import json
import pytest
import re
import transaction


TOKEN = "a-token-of-many-letters"


@implementer(IMessageTarget)
class Target:
    def __init__(self):
        self.got, self.error, self.sites = [], None, []

    def deliver(self, root, message):
        self.sites.append(getSite().getPhysicalPath())
        assert root.absolute_url() and root.REQUEST is getRequest()
        if self.error:
            raise self.error
        self.got.append(message.body)


@pytest.fixture
def target():
    target = Target()
    manager = getGlobalSiteManager()
    manager.registerUtility(target, IMessageTarget, "sink")
    yield target
    manager.unregisterUtility(target, IMessageTarget, "sink")


@pytest.fixture
def site(functional):
    return functional["portal"]


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setenv("HOARD_OUTBOX_TOKEN", TOKEN)
    return TOKEN


def put(site, *bodies):
    for body in bodies:
        send(site, "sink", body)
    transaction.commit()


def page(browser, site):
    browser.open(f"{site.absolute_url()}/@@hoard-outbox")
    return BeautifulSoup(browser.contents, "html.parser")


def press(browser, label, index=0):
    browser.getControl(label, index=index).click()
    return BeautifulSoup(browser.contents, "html.parser")


def state(site):
    transaction.begin()
    return outbox_state(site)["sink"]


def call(functional, site, name, token=None, **form):
    """``(status, JSON)`` of a request without a user; POST if there is a form."""
    anonymous = browser(functional["app"])
    anonymous.raiseHttpErrors = False
    if token:
        anonymous.addHeader("X-Hoard-Token", token)
    body = "&".join(f"{key}={value}" for key, value in form.items()) or None
    anonymous.post(f"{site.absolute_url()}/{name}", body) if body else anonymous.open(
        f"{site.absolute_url()}/{name}"
    )
    status = int(anonymous.headers["Status"].split()[0])
    is_json = "json" in anonymous.headers.get("Content-Type", "")
    return status, json.loads(anonymous.contents) if is_json else None


def test_installing_makes_the_outbox(integration):
    assert set(outbox_state(integration["portal"])) >= {"mail", "search"}


def test_uninstalling_keeps_what_is_pending_and_sends_nothing(functional, site, target):
    put(site, "later")
    get_installer(site).uninstall_product("collective.hoard")
    transaction.commit()
    assert drain_once(site) == {} and state(site).pending == 1

    get_installer(site).install_product("collective.hoard")
    transaction.commit()
    drain_once(site)
    assert target.got == ["later"]


def test_a_target_is_called_with_its_site(functional, site, target):
    put(site, "hello")
    drain_once(site)
    assert target.sites == [("", "plone")] and target.got == ["hello"]


def test_the_page_shows_how_each_target_is_doing(functional, site, target, manager):
    target.error = TargetDown("connection <refused>")
    put(site, "a", "b")
    for _ in range(6):  # The pause gets longer; the page may take some seconds.
        drain_once(site)

    shown = page(manager, site).find(id="target-sink")
    assert shown.find(class_="pending").text == "2"
    assert "connection <refused>" in shown.text
    assert "failures in a row: 6" in shown.text


def test_reading_the_page_writes_nothing(functional, site, target, manager):
    put(site, "a")
    page(manager, site)  # Plone itself stores something when first seen.
    registered = []

    def note(event):
        registered.extend(site._p_jar._registered_objects)
        registered.extend(event.request["PARENTS"][-1]._p_jar._registered_objects)

    getGlobalSiteManager().registerHandler(note, [IPubBeforeCommit])
    try:
        page(manager, site)
        manager.open(f"{site.absolute_url()}/@@hoard-controlpanel")
    finally:
        getGlobalSiteManager().unregisterHandler(note, [IPubBeforeCommit])
    assert registered == []
    # The search may wait to be built, too.
    text = BeautifulSoup(manager.contents, "html.parser").text
    assert re.search(r"[12] pending, 0 parked", text)


def test_a_person_sends_now(functional, site, target, manager):
    target.error = TargetDown("away")
    put(site, "a")
    drain_once(site)
    target.error = None

    page(manager, site)
    shown = press(manager, "Send what is pending now")

    assert "1 sent." in shown.text and target.got == ["a"]


def test_a_person_retries_what_is_parked(functional, site, target, manager):
    target.error = Refused("no <such> address")
    put(site, "a")
    drain_once(site)
    target.error = None

    shown = page(manager, site)
    assert "no <such> address" in shown.text
    assert "1 will be tried again." in press(manager, "Try again").text
    drain_once(site)
    assert target.got == ["a"]


def test_a_person_discards_after_a_question(functional, site, target, manager):
    target.error = Refused("no such address")
    put(site, "a", "b")
    drain_once(site)

    page(manager, site)
    question = press(manager, "Discard all")
    assert "2 will be removed" in " ".join(question.text.split())
    assert state(site).parked == 2
    assert "2 discarded." in press(manager, "Discard").text
    assert state(site).parked == 0


@pytest.mark.parametrize("action", ["drain", "retry", "discard"])
def test_a_forged_request_changes_nothing(functional, site, target, manager, action):
    target.error = Refused("no such address")
    put(site, "a")
    drain_once(site)
    manager.raiseHttpErrors = False

    body = f"action={action}&target=sink&confirm=1"
    for name in ("@@hoard-outbox", "@@hoard-drain"):
        manager.post(f"{site.absolute_url()}/{name}", body)
        assert manager.headers["Status"].startswith("403")
    assert state(site).parked == 1 and target.got == []


@pytest.mark.parametrize(
    "name", ["@@hoard-outbox", "@@hoard-outbox-state", "@@hoard-drain"]
)
@pytest.mark.parametrize("who", [(), (TEST_USER_NAME, TEST_USER_PASSWORD)])
def test_nobody_else_sees_the_outbox(functional, site, name, who, token):
    visitor = browser(functional["app"], *who)
    visitor.raiseHttpErrors = False
    visitor.followRedirects = False
    visitor.addHeader("X-Hoard-Token", "a-wrong-token-of-letters")
    visitor.post(f"{site.absolute_url()}/{name}", "action=drain")
    status = visitor.headers["Status"][:3]
    assert status in ("302", "401") and "sink" not in (visitor.contents or "")


def test_the_token_shows_the_state(functional, site, target, token):
    put(site, "a")
    status, data = call(functional, site, "@@hoard-outbox-state", token)
    assert status == 200 and data["status"] == "ok"
    assert data["targets"]["sink"]["pending"] == 1
    assert data["targets"]["sink"]["oldest"].endswith("+00:00")


def test_a_threshold_makes_it_critical(functional, site, target, token):
    put(site, "a")
    name = "@@hoard-outbox-state?critical_pending=1"
    status, data = call(functional, site, name, token)
    assert status == 503 and data["status"] == "critical"
    assert data["targets"]["sink"]["problems"] == ["1 are pending"]
    name = "@@hoard-outbox-state?critical_pending=x"
    assert call(functional, site, name, token)[0] == 400


def test_the_token_drains(functional, site, target, token):
    put(site, "a")
    assert call(functional, site, "@@hoard-drain", token)[0] == 405
    status, data = call(functional, site, "@@hoard-drain", token, action="drain")
    assert status == 200 and data["drained"]["sink"]["sent"] == 1
    assert target.got == ["a"]


def test_the_token_retries_and_discards(functional, site, target, token):
    target.error = Refused("no such address")
    put(site, "a", "b")
    drain_once(site)
    form = {"action": "retry", "target": "sink"}
    assert call(functional, site, "@@hoard-drain", token, **form)[1] == {"retried": 2}
    assert state(site).pending == 2
    form = {"action": "discard-pending", "target": "sink"}
    assert call(functional, site, "@@hoard-drain", token, **form)[1] == {"discarded": 2}
    assert state(site).pending == 0
    form = {"action": "discard", "target": "nothing"}
    assert call(functional, site, "@@hoard-drain", token, **form)[0] == 404


@pytest.mark.parametrize("configured", ["", "short"])
def test_without_a_long_token_there_is_none(functional, site, monkeypatch, configured):
    monkeypatch.setenv("HOARD_OUTBOX_TOKEN", configured)
    given = configured or "x"
    assert call(functional, site, "@@hoard-outbox-state", given)[0] in (302, 401, 200)
    assert call(functional, site, "@@hoard-outbox-state", given)[1] is None


def test_a_token_may_be_in_a_file(functional, site, monkeypatch, tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("HOARD_OUTBOX_TOKEN_FILE", str(tmp_path / "token"))
    assert call(functional, site, "@@hoard-outbox-state", TOKEN)[0] == 200


def test_a_copied_site_sends_nothing_of_the_original(functional, site):
    put(site, "a")
    mark(site, "search", "form", 1)
    from OFS.event import ObjectClonedEvent
    from zope.event import notify

    notify(ObjectClonedEvent(site))
    assert all(one.pending == 0 for one in outbox_state(site).values())
    assert "sink" not in outbox_state(site)
