"""One submission, and the files in it."""

from bs4 import BeautifulSoup
from collective.hoard.forms.browser.download import attachment
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import set_definition
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import CONTACT
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from datetime import datetime
from datetime import UTC
from email.message import Message
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import pytest
import transaction


@pytest.fixture
def form(functional):
    found = make_form()
    transaction.commit()
    return found


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def visit(browser, form, key, below=""):
    transaction.commit()
    browser.open(f"{form.absolute_url()}/@@hoard-submissions/{key}{below}")
    return BeautifulSoup(browser.contents, "html.parser").select_one("#content")


def shown(soup):
    """Titles and texts of all values."""
    titles = [" ".join(dt.get_text().split()) for dt in soup.select("dl dt")]
    return dict(zip(titles, [dd.get_text() for dd in soup.select("dl dd")], strict=1))


def test_every_value_with_its_title(form, manager):
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    values = {"name": "Jo", "message": "two\nlines", "agreed": True}
    key = add_row(form, values, moment, user_id="admin")

    values = shown(visit(manager, form, key))

    assert values["Your name"] == "Jo"
    assert values["Message"] == "two\nlines"
    assert values["Agreed"] == "Yes"
    assert values["Paper"] == "(empty)"
    assert values["Sent by"] == "admin"
    assert values["Version of the form"] == "1"


def test_nobody_is_called_so(form, manager):
    key = add_row(form, {"name": "Jo"})

    assert shown(visit(manager, form, key))["Sent by"] == "Anonymous visitor"


def test_removed_fields_are_shown_and_marked(form, manager):
    key = add_row(form, {"name": "Jo", "message": "still here"})
    set_definition(form, definition(field("name", title="Who")))

    values = shown(visit(manager, form, key))

    assert values["Who"] == "Jo"
    assert values["Message (removed from the form)"] == "still here"


def test_the_history_shows_who_changed_what(form, manager):
    key = add_row(form, {"name": "Jo"})
    find_ledger(form).change(key, {"name": "<b>Joe</b>"}, revision=0, user_id="ed")

    soup = visit(manager, form, key)

    assert [td.get_text() for td in soup.select("td")] == ["Jo", "<b>Joe</b>"]
    assert "by ed" in " ".join(soup.get_text().split())


def test_neighbours(form, manager):
    keys = add_rows(form, 3)

    visit(manager, form, keys[1])

    assert manager.getLink("Older").url.endswith(f"/{keys[0]}")
    assert manager.getLink("Newer").url.endswith(f"/{keys[2]}")


@pytest.mark.parametrize(
    "key", ["1", "-1", "abc", "9" * 19, "9" * 40, "1/2", "%00", "%C3%A4", "1.0", "0"]
)
@pytest.mark.parametrize("below", ["", "/files/paper"])
def test_unknown_keys_are_not_found(form, manager, key, below):
    add_rows(form, 1)

    visit(manager, form, key, below)

    assert status(manager) in (400, 404)
    assert "Traceback" not in manager.contents


@pytest.mark.parametrize("below", ["", "/files/paper"])
def test_the_key_of_another_form_is_not_found(form, manager, below):
    other = make_form("other")
    key = add_row(other, {"name": "secret", "paper": a_file()})

    visit(manager, form, key, below)

    assert status(manager) == 404


@pytest.mark.parametrize(
    "below",
    ["/files", "/files/name", "/files/none", "/files/_s", "/files/paper/x", "/edit/x"],
)
def test_what_is_no_file_is_not_found(form, manager, below):
    key = add_row(form, {"name": "Jo", "paper": a_file()})

    visit(manager, form, key, below)

    assert status(manager) == 404


def test_a_file_comes_as_it_was_sent(form, manager):
    content = bytes(range(256)) * 1000
    key = add_row(form, {"paper": a_file(content)})

    visit(manager, form, key)
    manager.getLink("paper.pdf").click()

    headers = manager.headers
    assert manager._response.body == content
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(content))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Disposition"].startswith("attachment")


def test_html_is_saved_not_shown(form, manager):
    html = b"<script>alert(1)</script>"
    key = add_row(form, {"paper": a_file(html, "a.html", "text/html")})

    visit(manager, form, key, "/files/paper")

    assert manager._response.body == html
    assert manager.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in manager.headers["Content-Security-Policy"]


def test_a_type_that_is_none_is_not_sent(form, manager):
    key = add_row(form, {"paper": a_file(b"x", "a", "text/html\r\nX-Evil: 1")})

    visit(manager, form, key, "/files/paper")

    assert manager.headers["Content-Type"].startswith("application/octet-stream")
    assert "X-Evil" not in manager.headers


HOSTILE_NAMES = [
    'a"; filename="evil.exe',
    "a\r\nX-Evil: 1",
    "a\\b.pdf",
    "../../etc/passwd",
    "Bericht für Öl – 中文.pdf",
    "\u202egpj.exe",
    "50%.pdf",
    "'quote'.pdf",
    "\ud800.pdf",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_leaves_its_header(name):
    value = attachment(name)

    assert value.isascii() and value.isprintable()
    message = Message()
    message["Content-Disposition"] = value.partition("; filename*")[0]
    (disposition, _empty), *params = message.get_params(header="Content-Disposition")
    assert disposition == "attachment"
    assert [name for name, _value in params] == ["filename"]


@pytest.mark.parametrize("name", ["Öl “1”.pdf", "a;b.pdf", "a'b.pdf"])
def test_the_real_name_arrives(name):
    from urllib.parse import unquote

    assert unquote(attachment(name).rpartition("''")[2]) == name


def test_a_hostile_name_over_the_wire(form, manager):
    key = add_row(form, {"paper": a_file(b"x", 'a\r\nX-Evil: 1"; ü.pdf')})

    visit(manager, form, key, "/files/paper")

    assert "X-Evil" not in manager.headers
    assert manager.headers["Content-Disposition"].startswith('attachment; filename="a')


def newer(data=None):
    return {"version": 99, "shape": "unknown", **(data or {})}


NEWER = [
    newer(),
    newer({"fieldsets": 7}),
    newer({"fieldsets": [{"fields": [{"id": 1}]}]}),
    newer({"fieldsets": [{"fields": [field("name", "hologram", title="Name")]}]}),
]
PAGES = [
    "@@hoard-submissions",
    "@@hoard-submissions/{key}",
    "@@hoard-delete-submissions?keys={key}",
    "@@hoard-delete-submissions?all=1",
    "@@hoard-export",
    "@@hoard-export?format=jsonl",
]


@pytest.mark.parametrize("data", NEWER)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("recorded", [True, False])
def test_a_definition_from_a_newer_version(form, manager, data, path, recorded):
    key = add_row(form, {"name": "Jo"})
    form.hoard_definition = data
    if recorded:
        find_ledger(form).add_schema(data)
    transaction.commit()

    manager.open(f"{form.absolute_url()}/{path.format(key=key)}")

    assert status(manager) in (200, 400)
    if "hoard-submissions" in path and "delete" not in path:
        assert "a newer version of collective.hoard" in manager.contents
    if path == "@@hoard-export" and recorded:
        assert "choose JSON Lines" in manager.contents
    if "jsonl" in path:
        assert '"name": "Jo"' in manager.contents


@pytest.mark.parametrize("path", PAGES)
def test_a_ledger_from_a_newer_version(form, manager, path):
    key = add_row(form, {"name": "Jo"})
    find_ledger(form)._storage["version"] = 99
    transaction.commit()

    manager.open(f"{form.absolute_url()}/{path.format(key=key)}")

    assert status(manager) == 200
    assert "stored by a newer version" in manager.contents


@pytest.mark.parametrize("data", NEWER)
def test_saving_a_form_from_a_newer_version(form, data):
    from zope.lifecycleevent import modified

    add_row(form, {"name": "Jo"})
    form.hoard_definition = data

    modified(form)

    assert find_ledger(form).schemas[1] == CONTACT
