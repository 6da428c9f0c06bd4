"""The site works in a real browser."""

from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import pytest


pytestmark = pytest.mark.browser


def test_visitor_sees_the_site_with_its_theme(page, site_url):
    page.goto(site_url)

    assert page.title() == "Plone site"
    styles = page.locator("link[rel=stylesheet]").evaluate_all(
        "links => links.map(link => link.href)"
    )
    assert any("barceloneta" in style for style in styles)


def test_owner_logs_in(page, log_in):
    log_in(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)

    assert page.locator("#edit-zone").is_visible()


def test_wrong_password_is_refused(page, log_in):
    log_in(SITE_OWNER_NAME, "no such password")

    assert page.locator(".portalMessage.error, .alert-danger").first.is_visible()
    assert not page.locator("#edit-zone").is_visible()
