"""The control panel: settings, sections, the state of all ledgers."""

from bs4 import BeautifulSoup
from collective.hoard.controlpanel.interfaces import IControlPanelSection
from collective.hoard.controlpanel.ledgers import ledger_states
from collective.hoard.controlpanel.section import LedgersSection
from collective.hoard.forms.limits import get_limits
from collective.hoard.interfaces import IHoardLayer
from collective.hoard.ledger import get_ledger
from collective.hoard.ledger import ledger_uids
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import ROLES
from collective.hoard.testing.samples import status
from datetime import datetime
from datetime import UTC
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.base.interfaces import IPloneSiteRoot
from urllib.parse import urlencode
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface.verify import verifyObject
from ZPublisher.interfaces import IPubBeforeCommit
import pytest
import transaction


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def site(functional):
    return functional["portal"]


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


@pytest.fixture
def orphan(site):
    """UID of a form that is gone, with submissions that are not."""
    form = make_form("gone", title="Gone <b>form</b>")
    add_row(form, {"name": "left behind"}, NOON)
    uid = form.UID()
    site.manage_delObjects(["gone"])
    transaction.commit()
    return uid


def visit(browser, site, path="@@hoard-controlpanel"):
    transaction.commit()
    browser.open(f"{site.absolute_url()}/{path}")
    return BeautifulSoup(browser.contents, "html.parser")


def row_of(soup, uid):
    row = soup.find(id=f"ledger-{uid}")
    return [" ".join(td.get_text().split()) for td in row.select("td")]


def test_listed_among_the_control_panels(site, manager):
    soup = visit(manager, site, "@@overview-controlpanel")

    assert soup.find("a", href=f"{site.absolute_url()}/@@hoard-controlpanel")


def test_settings_are_changed_and_hold(site, manager):
    visit(manager, site)
    manager.getControl("Submissions on a page").value = "7"
    manager.getControl("Maximum size of a file").value = "2"
    manager.getControl("Save").click()

    assert "Changes saved" in manager.contents
    transaction.begin()
    assert (get_limits().page_size, get_limits().file_size) == (7, 2048)


@pytest.mark.parametrize("wrong", ["0", "-1", "501", "many", ""])
def test_wrong_settings_are_refused_at_the_field(site, manager, wrong):
    visit(manager, site)
    manager.getControl("Submissions on a page").value = wrong
    manager.getControl("Save").click()

    assert "There were some errors" in manager.contents
    transaction.begin()
    assert get_limits().page_size == 20


@pytest.mark.parametrize("token", [None, "forged"])
def test_settings_need_a_token(site, manager, token):
    visit(manager, site)
    data = {
        "form.widgets.text_length": "5",
        "form.widgets.file_size": "5",
        "form.widgets.fill_seconds": "5",
        "form.widgets.page_size": "5",
        "form.widgets.scan_uploads": "off",
        "form.widgets.link_secrets": "",
        "form.buttons.save": "Save",
    }
    if token:
        data["_authenticator"] = token

    manager.post(f"{site.absolute_url()}/@@hoard-controlpanel", urlencode(data))

    assert status(manager) == 403
    transaction.begin()
    assert get_limits().page_size == 20


def test_nothing_yet(site, manager):
    assert "There are no forms yet." in visit(manager, site).get_text()


def test_every_ledger_with_its_figures(site, manager):
    form = make_form(title="Contact us")
    add_row(form, {"name": "Jo"}, NOON)
    add_row(form, {"paper": a_file(b"x" * 100_000)}, NOON.replace(hour=13))

    soup = visit(manager, site)

    name, rows, size, oldest, newest = row_of(soup, form.UID())
    assert name == "Contact us /contact"
    assert rows == "2"
    assert size.endswith("kB") and 90 < float(size.split()[0]) < 400
    assert oldest == "Mar 01, 2026 12:00 PM"
    assert newest == "Mar 01, 2026 01:00 PM"
    assert soup.find("a", href=f"{form.absolute_url()}/@@hoard-submissions")


def test_style_is_loaded(site, manager):
    assert "collective.hoard/hoard.css" in str(visit(manager, site).head)


def test_an_orphan_is_marked_and_says_what_to_do(site, manager, orphan):
    soup = visit(manager, site)

    text = row_of(soup, orphan)[0]
    assert text.startswith("Gone <b>form</b> form is gone")
    assert "Export them if you need them, then delete them." in text
    assert not soup.select("#content b")


def test_a_hidden_form_is_no_orphan(site, functional):
    """Not even for a user who may not see it, nor before it is published."""
    form = make_form()
    add_rows(form, 1)
    form.manage_permission("View", ["Owner"], 0)
    form.manage_permission("Access contents information", ["Owner"], 0)
    form.expiration_date = form.modified() - 10
    form.reindexObject()
    name = add_user(form, "Site Administrator")
    admin = browser(functional["app"], name)

    soup = visit(admin, site)

    assert "form is gone" not in soup.get_text()
    assert row_of(soup, form.UID())[0] == "Contact us /contact"


def test_a_catalog_entry_that_outlived_its_form(site):
    form = make_form()
    site._delOb("contact")

    (state,) = ledger_states(site)

    assert state.form_uid == form.UID()
    assert state.form is None


def test_a_ledger_from_a_newer_version(site, manager):
    form = make_form()
    other = make_form("other", title="Other")
    get_ledger(site, form.UID())._storage["version"] = 99

    soup = visit(manager, site)

    assert "A newer version of collective.hoard" in row_of(soup, form.UID())[0]
    assert row_of(soup, other.UID())[1] == "0"


def test_an_orphan_can_be_exported(site, manager, orphan):
    visit(manager, site)
    manager.getLink("Export CSV").click()

    assert "left behind" in manager._response.body.decode()
    assert manager.headers["X-Content-Type-Options"] == "nosniff"


def test_an_orphan_can_be_deleted(site, manager, orphan):
    visit(manager, site)
    manager.getLink("Delete …").click()
    soup = BeautifulSoup(manager.contents, "html.parser")
    text = " ".join(soup.select_one("#content").get_text().split())
    assert "All 1 submissions of Gone <b>form</b> will be deleted" in text
    assert orphan in ledger_uids(site)

    manager.getControl("Delete").click()

    assert "were deleted" in manager.contents
    transaction.begin()
    assert ledger_uids(site) == []


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_deleting_needs_a_token(site, manager, orphan, token):
    data = {"uid": orphan, "confirm": "1"}
    if token is not None:
        data["_authenticator"] = token

    manager.post(f"{site.absolute_url()}/@@hoard-ledger-delete", urlencode(data))

    assert status(manager) == 403
    transaction.begin()
    assert ledger_uids(site) == [orphan]


def test_the_ledger_of_a_living_form_cannot_be_deleted(site, manager):
    form = make_form()
    visit(manager, site, f"@@hoard-ledger-delete?uid={form.UID()}")

    assert "The form of these submissions is still there." in manager.contents
    token = visit(manager, site, "@@authenticator/token").get_text()
    data = {"uid": form.UID(), "confirm": "1", "_authenticator": token}
    manager.post(f"{site.absolute_url()}/@@hoard-ledger-delete", urlencode(data))
    transaction.begin()
    assert ledger_uids(site) == [form.UID()]


@pytest.mark.parametrize("view", ["hoard-ledger-delete", "hoard-ledger-export"])
@pytest.mark.parametrize(
    "query", ["", "?uid=", "?uid=unknown", "?uid.x:record=1", "?uid:list=x", "?uid=%FF"]
)
def test_unknown_ledgers(site, manager, view, query):
    visit(manager, site, f"@@{view}{query}")

    assert status(manager) == 200
    assert "There is no form with that number" in manager.contents


PAGES = [
    "@@hoard-controlpanel",
    "@@hoard-ledger-export?uid={uid}&format=csv",
    "@@hoard-ledger-delete?uid={uid}",
]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "Owner"])
@pytest.mark.parametrize("page", PAGES)
def test_matrix(functional, site, orphan, role, page):
    name = None if role == "Anonymous" else add_user(site, role)
    visitor = browser(functional["app"], name)

    visit(visitor, site, page.format(uid=orphan))

    if role in ("Manager", "Site Administrator"):
        assert status(visitor) == 200
        assert "login" not in visitor.url
        assert "insufficient" not in visitor.url
    else:
        assert "/login" in visitor.url or "/insufficient-privileges" in visitor.url
        assert b"left behind" not in visitor._response.body


@pytest.mark.parametrize("page", PAGES)
def test_reading_writes_nothing(site, manager, orphan, page):
    seen = []

    def note(event):
        connections = event.request["PARENTS"][-1]._p_jar.connections.values()
        seen.extend(o for c in connections for o in c._registered_objects)

    visit(manager, site, "")  # What Plone writes when it shows its first page.
    getGlobalSiteManager().registerHandler(note, (IPubBeforeCommit,))
    try:
        visit(manager, site, page.format(uid=orphan))
    finally:
        getGlobalSiteManager().unregisterHandler(note, (IPubBeforeCommit,))

    assert status(manager) == 200
    assert seen == []


@implementer(IControlPanelSection)
class OutboxSection:
    title = "Outbox <i>of all</i>"
    order = 5

    def __init__(self, site, request):
        pass

    def render(self):
        return "<p>All is sent.</p>"


def test_other_parts_bring_their_sections(site, manager):
    registry = getGlobalSiteManager()
    required = (IPloneSiteRoot, IHoardLayer)
    registry.registerAdapter(OutboxSection, required, IControlPanelSection, "other")
    try:
        soup = visit(manager, site)
    finally:
        registry.unregisterAdapter(
            OutboxSection, required, IControlPanelSection, "other"
        )

    headings = [h2.get_text() for h2 in soup.select("section h2")]
    places = [headings.index("Outbox <i>of all</i>"), headings.index("Submissions")]
    assert places == sorted(places)
    assert "All is sent." in soup.get_text()


def test_the_section_keeps_the_contract(functional):
    section = LedgersSection(functional["portal"], functional["request"])

    assert verifyObject(IControlPanelSection, section)


def test_a_secret_itself_is_refused_in_words(site, manager):
    visit(manager, site)
    manager.getControl(name="form.widgets.link_secrets").value = "my secret"
    manager.getControl("Save").click()

    assert "The secret itself is not stored here." in manager.contents
