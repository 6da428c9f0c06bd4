"""Uninstalling removes what was set up, and no submission."""

from collective.hoard.ledger import iter_rows
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.base.utils import get_installer
import transaction


def configlets(site):
    return [action.id for action in site.portal_controlpanel.listActions()]


def records(site):
    return [name for name in site.portal_registry.records if "hoard" in name]


def test_nothing_of_ours_is_left_but_the_submissions(integration):
    site = integration["portal"]
    form = make_form()
    keys = add_rows(form, 3)
    assert "hoard" in configlets(site)
    assert records(site)

    get_installer(site).uninstall_product("collective.hoard")

    assert "hoard" not in configlets(site)
    assert records(site) == []
    assert "HoardForm" not in site.portal_types
    assert not {"hoard_fields", "hoard_submissions"} & set(site.portal_actions.object)
    assert [row.key for row in iter_rows(form.UID())] == keys


def test_the_site_still_works_and_a_second_install_finds_everything(functional):
    site = functional["portal"]
    form = make_form()
    add_rows(form, 1)
    get_installer(site).uninstall_product("collective.hoard")
    transaction.commit()
    manager = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)

    manager.open(f"{site.absolute_url()}/folder_contents")
    assert "Contents" in manager.contents

    get_installer(site).install_product("collective.hoard")
    transaction.commit()
    manager.open(f"{form.absolute_url()}/@@hoard-submissions")
    assert "visitor 0" in manager.contents
