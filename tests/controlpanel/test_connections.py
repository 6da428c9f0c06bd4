"""Services in the control panel, the health page, and its JSON."""

from bs4 import BeautifulSoup
from collective.hoard.connections import breaker_for
from collective.hoard.connections import client
from collective.hoard.connections import configured
from collective.hoard.connections import foreign_connection
from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.interfaces import IServiceDirectory
from collective.hoard.connections.interfaces import SettingWrong
from collective.hoard.controlpanel.interfaces import IServiceRecords
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.registry.interfaces import IRegistry
from urllib.parse import urlencode
from zope.component import getUtility
from zope.interface.verify import verifyObject
import gzip
import json
import pytest
import socket
import transaction


@pytest.fixture(autouse=True)
def breakers():
    forget_breakers()
    yield
    forget_breakers()


@pytest.fixture
def site(functional):
    return functional["portal"]


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


@pytest.fixture
def nobody():
    """A port where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def records(name):
    registry = getUtility(IRegistry)
    prefix = f"collective.hoard.connections.{name}"
    return registry.forInterface(IServiceRecords, prefix=prefix)


def configure(name, url, **values):
    one = records(name)
    one.enabled, one.url = True, url
    for key, value in values.items():
        setattr(one, key, value)
    transaction.commit()


def visit(browser, site, path="@@hoard-connections"):
    transaction.commit()
    browser.open(f"{site.absolute_url()}/{path}")
    return BeautifulSoup(browser.contents, "html.parser")


def fill_in(manager, site, button, service="solr", **values):
    visit(manager, site, f"@@hoard-service?service={service}")
    manager.getControl("Use this service").selected = True
    for name, value in values.items():
        manager.getControl(name=f"form.widgets.{name}").value = value
    manager.getControl(button, index=0).click()
    transaction.begin()
    return " ".join(BeautifulSoup(manager.contents, "html.parser").get_text().split())


def test_the_directory_keeps_the_contract(site):
    assert verifyObject(IServiceDirectory, IServiceDirectory(site))


@pytest.mark.parametrize("name", ["solr", "sql", "amqp", "mqtt", "clamd", "http"])
def test_nothing_is_configured_at_first(site, name):
    assert configured(site, name) is None
    assert client(site, name) is None


def test_an_unknown_service(site):
    assert configured(site, "nonsense") is None


def test_a_service_is_configured(site, manager):
    text = fill_in(
        manager,
        site,
        "Save",
        url="http://solr@127.0.0.1:8983/solr/hoard",
        timeout="3",
        secret="env:SOLR_PASSWORD",
    )

    assert "Changes saved." in text
    found = configured(site, "solr")
    assert (found.url, found.timeout) == ("http://solr@127.0.0.1:8983/solr/hoard", 3)
    assert (found.user, found.secret_reference) == ("solr", "env:SOLR_PASSWORD")


@pytest.mark.parametrize(
    "field, value, message",
    [
        ("url", "http://u:hunter2@h/solr/x", "A password must not stand in the URL"),
        ("url", "http://h/solr/x?token=hunter2", "A password must not stand in"),
        ("url", "ftp://h/", "This service is reached by http://, https://"),
        ("url", "127.0.0.1:8983", "This"),
        ("url", "", "Say where the service is, or switch it off."),
        ("secret", "hunter2", "The secret itself is not stored here."),
        ("secret", "file:relative", "The secret itself is not stored here."),
        ("timeout", "0", "Value is too small"),
    ],
)
def test_wrong_settings_are_refused_at_the_field(site, manager, field, value, message):
    values = {"url": "http://127.0.0.1/solr/hoard"} | {field: value}
    text = fill_in(manager, site, "Save", **values)

    assert message in text
    assert configured(site, "solr") is None
    assert not records("solr").url


def test_switched_off(site):
    configure("solr", "http://127.0.0.1/solr/hoard", enabled=False)

    assert configured(site, "solr") is None


def test_save_and_try_says_what_happened(site, manager, nobody):
    url = f"http://127.0.0.1:{nobody}/solr/hoard"
    text = fill_in(manager, site, "Save and try", url=url)

    assert f"Nothing answers at {url}" in text
    assert configured(site, "solr").url == url


def test_try_it_on_the_overview(site, manager, monkeypatch):
    monkeypatch.delenv("HOARD_NO_SUCH", raising=False)
    url = "http://u@127.0.0.1/solr/hoard"
    configure("solr", url, secret="env:HOARD_NO_SUCH")
    visit(manager, site)
    manager.getControl("Try it").click()

    assert "The environment variable HOARD_NO_SUCH" in manager.contents


@pytest.mark.parametrize("token", [None, "forged"])
def test_trying_and_saving_need_a_token(site, manager, nobody, token):
    url = f"http://127.0.0.1:{nobody}/solr/hoard"
    configure("solr", url)
    extra = {"_authenticator": token} if token else {}
    base = site.absolute_url()

    manager.post(f"{base}/@@hoard-connections", urlencode({"try": "solr"} | extra))
    assert status(manager) == 403
    data = {
        "form.widgets.url": "http://elsewhere/solr/x",
        "form.widgets.secret": "",
        "form.widgets.timeout": "5",
        "form.widgets.connect_timeout": "5",
        "form.buttons.try": "1",
    }
    manager.post(f"{base}/@@hoard-service?service=solr", urlencode(data | extra))
    assert status(manager) == 403

    transaction.begin()
    assert records("solr").url == url
    assert breaker_for(url).last_error is None


def test_a_get_tries_nothing(site, manager, nobody):
    url = f"http://127.0.0.1:{nobody}/solr/hoard"
    configure("solr", url)

    visit(manager, site, "@@hoard-connections?try=solr")

    assert breaker_for(url).last_error is None


PAGES = [
    "@@hoard-connections",
    "@@hoard-connections.json",
    "@@hoard-service?service=sql",
]


@pytest.mark.parametrize("page", [*PAGES, "@hoard-connections"])
def test_editors_may_not(site, functional, page):
    name = add_user(make_form(), "Editor")
    editor = browser(functional["app"], name)
    if page.startswith("@hoard"):
        editor.addHeader("Accept", "application/json")
    transaction.commit()

    editor.open(f"{site.absolute_url()}/{page}")

    assert status(editor) in (401, 403) or "insufficient-privileges" in editor.url


def test_unknown_services_lead_back(site, manager):
    visit(manager, site, "@@hoard-service?service=nonsense")

    assert manager.url.endswith("/@@hoard-connections")


class Client:
    kind = "weather"
    url = "weather://me:hunter2@station/?token=hunter2"


def test_open_connections_are_shown(site, manager):
    obj = site.portal_catalog
    foreign_connection(obj, "weather", Client)
    foreign_connection(obj, "weather", Client)
    soup = visit(manager, site)

    row = soup.select_one("#open-connections tbody tr").get_text(" ", strip=True)
    assert "/plone/portal_catalog" in row
    assert "weather://me@station/" in row and "2 ×" in row
    assert "hunter2" not in manager.contents


@pytest.mark.parametrize("path", ["@@hoard-connections.json", "@hoard-connections"])
def test_the_same_as_json(site, manager, path):
    configure("solr", "http://127.0.0.1/solr/hoard")
    breaker_for("http://127.0.0.1/solr/hoard").failure(OSError("http://a:hunter2@b"))
    breaker_for("http://of-another-site/").failure(OSError("x"))
    foreign_connection(site.portal_catalog, "weather", Client)
    foreign_connection(site.aq_parent, "outside", Client)
    transaction.commit()
    if path.startswith("@hoard"):
        manager.addHeader("Accept", "application/json")

    manager.open(f"{site.absolute_url()}/{path}")

    found = json.loads(manager.contents)
    (one,) = [c for c in found["connections"] if c["name"] == "weather"]
    assert one["path"] == "/plone/portal_catalog" and one["uses"] >= 1
    assert found["elsewhere"] >= 1
    assert [s["url"] for s in found["services"]] == ["http://127.0.0.1/solr/hoard"]
    assert "hunter2" not in str(manager.contents)
    assert "no-store" in manager.headers["Cache-Control"]


def test_the_section_tells_of_trouble(site, manager):
    url = "http://127.0.0.1/solr/hoard"
    configure("solr", url)
    for _ in range(3):
        breaker_for(url).failure(OSError("it <b>burns</b>"))

    soup = visit(manager, site, "@@hoard-controlpanel")

    text = " ".join(soup.get_text().split())
    assert "Solr: it <b>burns</b>" in text


def test_a_password_that_came_by_another_way_is_not_used_nor_shown(site, manager):
    configure("solr", "http://u:hunter2@127.0.0.1/solr/hoard")

    soup = visit(manager, site)

    assert "A password must not stand in the URL" in soup.get_text()
    assert "hunter2" not in manager.contents
    with pytest.raises(SettingWrong):
        configured(site, "solr")


def test_the_client_is_kept_and_follows_the_settings(site):
    configure("solr", "http://127.0.0.1:1/solr/a")
    first = client(site, "solr")
    assert client(site, "solr") is first

    configure("solr", "http://127.0.0.1:1/solr/b")

    assert client(site, "solr").url == "http://127.0.0.1:1/solr/b"


def test_an_export_has_no_secret(site, monkeypatch):
    monkeypatch.setenv("SOLR_PASSWORD", "hunter2")
    configure("solr", "http://u@127.0.0.1/solr/a", secret="env:SOLR_PASSWORD")

    result = site.portal_setup.runExportStep("plone.app.registry")

    text = result["messages"]["plone.app.registry"]
    tarball = result["tarball"]
    assert b"hunter2" not in gzip.decompress(tarball) and "hunter2" not in str(text)
