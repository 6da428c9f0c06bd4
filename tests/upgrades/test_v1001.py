"""A site that an earlier state of the add-on has set up."""

from AccessControl.Permission import Permission
from AccessControl.Permission import pname
from bs4 import BeautifulSoup
from collective.hoard.controlpanel.interfaces import IHoardSettings
from collective.hoard.outbox import drain_once
from collective.hoard.search.embedded._storage import LAYOUT
from collective.hoard.search.engine import search
from collective.hoard.search.state import ANNOTATION_KEY
from collective.hoard.search.state import find_state
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.base.utils import get_installer
from zope.annotation.interfaces import IAnnotations
import pytest
import transaction


PREFIX = "collective.hoard."
MONITORING = "collective.hoard: View Monitoring"
VIEW = "collective.hoard: View Submissions"


@pytest.fixture
def site(functional):
    """Without what came later: some settings, a permission, an action, a panel."""
    portal = functional["portal"]
    records = api.portal.get_tool("portal_registry").records
    api.portal.set_registry_record(f"{PREFIX}page_size", 7)
    for name in list(records):
        if name.startswith((f"{PREFIX}search_types", f"{PREFIX}connections")):
            del records[name]
    delattr(portal, pname(MONITORING))
    portal.portal_actions.user._delObject("hoard_monitoring")
    portal.portal_controlpanel.unregisterConfiglet("hoard-monitoring")
    portal.portal_setup.setLastVersionForProfile("collective.hoard:default", "1000")
    transaction.commit()
    return portal


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def upgrade(site):
    get_installer(site).upgrade_product("collective.hoard")
    transaction.commit()


def panel(site, manager):
    manager.open(f"{site.absolute_url()}/@@hoard-controlpanel")
    assert status(manager) == 200
    return BeautifulSoup(manager.contents, "html.parser")


def test_the_control_panel_says_what_to_do(site, manager):
    found = panel(site, manager)

    warning = found.find(id="needs-upgrade")
    assert "earlier version" in warning.get_text()
    link = warning.find("a")["href"]
    manager.open(link)
    assert status(manager) == 200 and "Hoard" in manager.contents
    # What does not need the settings is there.
    assert found.find("h2", string="Submissions")
    assert not found.find("input", attrs={"name": "form.widgets.page_size"})


def test_nothing_is_stored_while_settings_are_missing(site, manager):
    url = f"{site.absolute_url()}/@@hoard-controlpanel"
    manager.post(url, "form.widgets.page_size=9&form.buttons.save=Save")

    assert status(manager) == 200
    assert api.portal.get_registry_record(f"{PREFIX}page_size") == 7


def test_the_upgrade_adds_what_is_missing(site, manager):
    upgrade(site)

    records = api.portal.get_tool("portal_registry").records
    assert all(f"{PREFIX}{name}" in records for name in IHoardSettings)
    assert f"{PREFIX}connections.solr.url" in records
    assert site.rolesOfPermission(MONITORING)
    assert "Editor" in Permission(MONITORING, (), site).getRoles()
    assert "hoard_monitoring" in site.portal_actions.user
    panels = [one.id for one in site.portal_controlpanel.listActions()]
    assert "hoard-monitoring" in panels
    assert panel(site, manager).find(id="needs-upgrade") is None


def test_the_upgrade_keeps_what_an_administrator_has_set(site):
    site.manage_permission(VIEW, ("Manager",), acquire=0)

    upgrade(site)

    assert api.portal.get_registry_record(f"{PREFIX}page_size") == 7
    assert tuple(Permission(VIEW, (), site).getRoles()) == ("Manager",)


def test_the_upgrade_can_run_twice(site):
    upgrade(site)
    site.portal_setup.setLastVersionForProfile("collective.hoard:default", "1000")

    upgrade(site)

    assert api.portal.get_registry_record(f"{PREFIX}page_size") == 7
    assert not get_installer(site).upgrade_info("collective.hoard")["available"]


@pytest.mark.parametrize("before", ["no index", "an index of the first layout"])
def test_the_upgrade_brings_the_index_up_to_date(site, before):
    form = make_form()
    key = add_row(form, {"name": "Anna"})
    transaction.commit()
    drain_once(site)
    transaction.begin()
    if before == "no index":
        del IAnnotations(site)[ANNOTATION_KEY]
    else:
        find_state(site)["collections"][form.UID()]["layout"] = 1
    upgrade(site)
    for _ in range(3):
        drain_once(site)
    transaction.begin()

    assert find_state(site)["collections"][form.UID()]["layout"] == LAYOUT
    found = search(site, {"text": "anna"})
    assert [hit.key for hit in found.found.hits] == [key]
    assert found.lag.problem is None
