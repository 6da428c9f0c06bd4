"""A site in German shows German: each page against every English message."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import set_definition
from collective.hoard.ledger import ledger_uids
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from leftovers import english
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import json
import pytest
import transaction


CHOICES = [{"value": "rot", "title": "Rot"}, {"value": "blau", "title": "Blau"}]
FIELDS = definition(
    field("wer", title="Wer sind Sie?", required=True, max_length=5),
    field("post", "email", title="Wohin?"),
    field("netz", "url", title="Seite im Netz"),
    field("zahl", "integer", title="Wie viele?", min=1, max=9),
    field("bruch", "decimal", title="Wie schwer?"),
    field("ja", "yes_no", title="Einverstanden?", required=True),
    field("farbe", "one_of", title="Farbe", options=CHOICES),
    field("farben", "many_of", title="Farben", options=CHOICES),
    field("tag", "date", title="Tag"),
    field("wann", "date_time", title="Wann?"),
    field("anlage", "file", title="Anlage", extensions=["pdf"]),
    field("lesen", "static_text", title="Lesen Sie", text="Dies hier."),
)
WRONG = {
    "wer": "zu lang",
    "post": "kein",
    "netz": "keine",
    "zahl": "77",
    "bruch": "eins",
    "tag": "heute",
    "wann": "morgen",
}


@pytest.fixture
def site(functional):
    portal = functional["portal"]
    api.portal.set_registry_record("plone.available_languages", ["de"])
    api.portal.set_registry_record("plone.default_language", "de")
    api.portal.set_registry_record("collective.hoard.fill_seconds", 0)
    portal.language = "de"
    transaction.commit()
    return portal


@pytest.fixture
def form(site):
    found = make_form("kontakt", FIELDS, title="Kontakt")
    chain = "simple_publication_workflow"
    api.portal.get_tool("portal_workflow").setDefaultChain(chain)
    with api.env.adopt_user(username="admin"):
        api.content.transition(found, "publish")
    transaction.commit()
    return found


@pytest.fixture
def visitor(functional):
    return browser(functional["app"])


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


@pytest.fixture
def key(form):
    """Of a submission with a history."""
    found = add_row(form, {"wer": "Jo", "ja": True, "farbe": "rot"})
    find_ledger(form).change(found, {"wer": "Jan"}, revision=0, user_id="ed")
    transaction.commit()
    return found


def look(browser, url, wanted=200):
    browser.open(url)
    assert status(browser) == wanted
    return soup(browser)


def soup(browser):
    return BeautifulSoup(browser.contents, "html.parser")


def test_the_search_finds_english(form, visitor):
    page = look(visitor, form.absolute_url())
    page.select_one("#content form").append("Fields marked with * are required.")

    assert english(page) == ["Fields marked with ${star} are required."]


def test_what_visitors_fill_in(form, visitor):
    page = look(visitor, form.absolute_url())

    assert english(page) == []
    assert "Mit * gekennzeichnete Felder sind Pflichtfelder." in " ".join(
        page.select_one("#content form").get_text().split()
    )
    assert page.find("button", string="Absenden")


def test_what_is_wrong_with_it(form, visitor):
    visitor.open(form.absolute_url())
    for name, value in WRONG.items():
        visitor.getControl(name=f"field.{name}").value = value
    visitor.getControl("Absenden").click()
    page = soup(visitor)

    assert status(visitor) == 422
    assert english(page) == []
    assert page.select_one(".hoard-errors h2").get_text() == "Bitte prüfen Sie:"
    assert len(page.select(".hoard-errors li")) == len(WRONG) + 1


def test_thanks(form, visitor):
    visitor.open(form.absolute_url())
    visitor.getControl(name="field.wer").value = "Jo"
    visitor.getControl("Einverstanden?").selected = True
    visitor.getControl("Absenden").click()
    page = soup(visitor)

    assert english(page) == []
    assert page.find("h1", string="Vielen Dank")


def test_the_messages_on_top_of_a_form(form, visitor):
    visitor.open(form.absolute_url())
    visitor.getControl(name="homepage").value = "x"
    visitor.getControl("Absenden").click()
    trapped = soup(visitor)
    visitor.getControl(name="token").value = "falsch"
    visitor.getControl("Absenden").click()

    assert english(trapped) == english(soup(visitor)) == []


def test_a_form_without_fields(form, visitor, manager):
    set_definition(form, {"version": 1, "fieldsets": []})
    transaction.commit()

    for person in (visitor, manager):
        page = look(person, form.absolute_url())
        assert english(page) == []
        assert "Dieses Formular hat noch keine Felder." in page.get_text()


def test_the_field_editor(form, manager):
    page = look(manager, f"{form.absolute_url()}/@@hoard-fields")

    assert english(page) == []
    assert page.find("h1").get_text() == "Felder von „Kontakt“"
    kinds = [option.get_text() for option in page.select("option")]
    assert kinds[:2] == ["Text", "Langer Text"]


def test_the_field_editor_with_submissions(form, manager, key):
    pages = ("@@hoard-fields", "@@hoard-field-remove?id=wer", "@@hoard-field?id=wer")

    for name in pages:
        assert english(look(manager, f"{form.absolute_url()}/{name}")) == []


def test_the_settings_of_every_kind(form, manager):
    fields = f"{form.absolute_url()}/@@hoard-fields"
    manager.open(fields)
    kinds = manager.getControl(name="kind").options

    for kind in kinds:
        manager.open(f"{form.absolute_url()}/@@hoard-field?kind={kind}")
        assert english(soup(manager)) == []
        manager.getControl("Speichern").click()
        assert status(manager) == 422
        assert english(soup(manager)) == []


def test_a_change_that_came_second(form, manager):
    manager.open(f"{form.absolute_url()}/@@hoard-field?id=wer")
    set_definition(form, definition(field("wer", title="Wer?")))
    transaction.commit()
    manager.getControl("Speichern").click()
    page = soup(manager)

    assert english(page) == []
    assert "Jemand anderes" in page.select_one(".hoard-errors").get_text()


def test_fieldsets(form, manager):
    for query in ("", "?id=main"):
        address = f"{form.absolute_url()}/@@hoard-fieldset{query}"
        assert english(look(manager, address)) == []


def test_the_list_of_submissions(form, manager, key):
    page = look(manager, f"{form.absolute_url()}/@@hoard-submissions")

    assert english(page) == []
    assert page.find("h1").get_text() == "Einsendungen zu „Kontakt“"
    assert page.find("button", string="Ausgewählte löschen …")


@pytest.mark.parametrize(
    "name",
    [
        "@@hoard-submissions",
        "@@hoard-export",
        "@@hoard-export?format=nichts",
        "@@hoard-submissions/1",
        "@@hoard-delete-submissions",
    ],
)
def test_before_anybody_has_sent_it(form, manager, name):
    manager.open(f"{form.absolute_url()}/{name}")

    assert english(soup(manager)) == []


@pytest.mark.parametrize(
    "name",
    [
        "@@hoard-submissions?since=gestern&size=0&before=x",
        "@@hoard-submissions?before=1&after=1",
        "@@hoard-submissions?until=2001-01-01",
        "@@hoard-submissions/{key}",
        "@@hoard-delete-submissions?keys={key}",
        "@@hoard-delete-submissions?all=1",
        "@@hoard-export?since=gestern",
    ],
)
def test_every_page_for_those_who_receive(form, manager, key, name):
    manager.open(f"{form.absolute_url()}/{name.format(key=key)}")

    assert english(soup(manager)) == []


def test_the_head_of_an_export(form, manager, key):
    manager.open(f"{form.absolute_url()}/@@hoard-export?format=csv")

    assert manager.contents.startswith("Einsendung,Eingegangen,Benutzer,")


def test_the_control_panel(site, form, manager, key):
    gone = make_form("weg", FIELDS, title="Weg")
    add_row(gone, {"wer": "Jo"})
    site.manage_delObjects(["weg"])
    (uid,) = set(ledger_uids(site)) - {form.UID()}
    transaction.commit()

    for name in ("@@hoard-controlpanel", f"@@hoard-ledger-delete?uid={uid}"):
        assert english(look(manager, f"{site.absolute_url()}/{name}")) == []


def test_a_form_of_a_newer_version(form, visitor, manager, key):
    form.hoard_definition = {"version": 2, "fieldsets": []}
    transaction.commit()

    for person in (visitor, manager):
        page = look(person, form.absolute_url(), 503)
        assert english(page) == []
        assert "kann gerade nicht angezeigt werden" in page.get_text()
    for name in ("@@hoard-submissions", "@@hoard-fields", "@@hoard-export"):
        manager.open(f"{form.absolute_url()}/{name}")
        assert english(soup(manager)) == []


def test_what_rest_clients_are_told(form, functional, key):
    client = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    client.addHeader("Accept", "application/json")
    client.open(f"{form.absolute_url()}/@submissions?size=0")

    error = json.loads(client.contents)["error"]
    assert error["message"] == "Einige Parameter sind nicht verständlich."
    (problem,) = error["problems"]
    assert problem["message"] == "Erwartet wird eine Zahl von 1 bis 500."


def test_the_form_inspector(form, manager):
    address = f"{form.absolute_url()}/@@form-inspector?form="
    for name, wanted in (("", 200), ("nichts", 404)):
        assert english(look(manager, address + name, wanted)) == []


def test_editing_the_form(form, manager):
    assert english(look(manager, f"{form.absolute_url()}/edit")) == []
