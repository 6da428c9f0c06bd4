"""The page where receivers correct a submission, through the real publisher."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import set_definition
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import ROLES
from collective.hoard.testing.samples import status
from datetime import date
from forms.browsing import multipart
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from urllib.parse import urlencode
import pytest
import transaction


CHANGERS = {"Owner", "Site Administrator", "Manager"}
COLOURS = [{"value": "red", "title": "Red"}, {"value": "blue", "title": "Blue"}]
FIELDS = definition(
    field("name", title="Your name", required=True),
    field("message", "long_text", title="Message"),
    field("agreed", "yes_no", title="Agreed"),
    field("colour", "one_of", title="Colour", options=COLOURS),
    field("colours", "many_of", title="Colours", options=COLOURS),
    field("day", "date", title="Day"),
    field("paper", "file", title="Paper", required=True, help="As PDF."),
    field("read", "static_text", title="Read", text="For visitors only."),
    field("origin", "hidden", title="Origin"),
)
VALUES = {
    "name": "Jo",
    "message": "two\nlines",
    "agreed": True,
    "colour": "blue",
    "colours": ("red",),
    "day": date(2026, 3, 1),
    "origin": "poster",
}


@pytest.fixture
def form(functional):
    found = make_form(data=FIELDS)
    found.key = add_row(found, {**VALUES, "paper": a_file()})
    transaction.commit()
    return found


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def url(form, key=None):
    return f"{form.absolute_url()}/@@hoard-submissions/{key or form.key}/edit"


def visit(browser, form, key=None):
    transaction.commit()
    browser.open(url(form, key))
    return page(browser)


def page(browser):
    return BeautifulSoup(browser.contents, "html.parser").select_one("#content")


def save(browser):
    browser.getControl(name="save").click()


def stored(form):
    transaction.begin()
    return find_ledger(form).get(form.key)


def change(form, user_id="ed", **values):
    """What somebody else does meanwhile."""
    transaction.begin()
    ledger = find_ledger(form)
    revision = ledger.get(form.key).revision
    ledger.change(form.key, values, revision=revision, user_id=user_id)
    transaction.commit()


def summary(soup):
    return [" ".join(li.get_text().split()) for li in soup.select("#hoard-errors li")]


def test_from_the_submission_and_back(form, manager):
    manager.open(f"{form.absolute_url()}/@@hoard-submissions/{form.key}")
    manager.getLink(url=f"{form.key}/edit").click()
    manager.getControl("Your name").value = "Joe"
    save(manager)

    assert manager.url == url(form).removesuffix("/edit")
    assert "Saved." in manager.contents
    row = stored(form)
    assert (row.values["name"], row.revision) == ("Joe", 1)
    assert row.values["paper"]["filename"] == "paper.pdf"
    (made,) = find_ledger(form).history(form.key)
    assert (made.user_id, made.after) == (SITE_OWNER_NAME, {"name": "Joe"})


def test_success_is_a_303(form, manager):
    visit(manager, form)
    manager.followRedirects = False
    save(manager)

    assert status(manager) == 303


def test_values_are_shown_as_stored(form, manager):
    soup = visit(manager, form)

    assert manager.getControl(name="field.name").value == "Jo"
    assert manager.getControl(name="field.message").value.split() == ["two", "lines"]
    assert manager.getControl(name="field.agreed").value
    assert manager.getControl(name="field.colour").value == ["blue"]
    assert manager.getControl(name="field.colours").value == ["red"]
    assert manager.getControl(name="field.day").value == "2026-03-01"
    hidden = soup.select_one("[name='field.origin']")
    assert (hidden["type"], hidden["value"]) == ("text", "poster")
    assert soup.select_one("label[for=field-origin]").get_text().strip() == "Origin"
    assert "For visitors only." not in soup.get_text()
    paper = soup.select_one("#field-paper")
    assert "required" not in paper.attrs
    help = " ".join(soup.select_one("#field-paper-help").get_text().split())
    assert help.startswith("As PDF. Stored is paper.pdf (7 B). It is kept")


def test_saving_what_was_not_touched_changes_nothing(form, manager):
    visit(manager, form)
    save(manager)

    assert "Nothing was changed." in manager.contents
    assert stored(form).revision == 0


def test_emptied_and_unticked(form, manager):
    visit(manager, form)
    manager.getControl(name="field.message").value = ""
    manager.getControl(name="field.agreed").value = []
    manager.getControl(name="field.colours").value = []
    save(manager)

    values = stored(form).values
    assert [values[id] for id in ("message", "agreed", "colours")] == [
        None,
        False,
        None,
    ]


def test_another_file(form, manager):
    visit(manager, form)
    paper = manager.getControl(name="field.paper")
    paper.add_file(b"new", "application/pdf", "new.pdf")
    save(manager)

    assert stored(form).values["paper"]["filename"] == "new.pdf"
    assert "new.pdf (3 B)" in manager.contents


def test_errors_and_what_was_typed(form, manager):
    visit(manager, form)
    manager.getControl(name="field.name").value = ""
    manager.getControl(name="field.message").value = "<b>typed</b>"
    manager.getControl(name="field.paper").add_file(b"new", "x/y", "new.pdf")
    save(manager)

    soup = page(manager)
    assert status(manager) == 422
    assert summary(soup) == [
        "Your name – Please fill in this field.",
        "Paper – Please choose the file again.",
    ]
    typed = manager.getControl(name="field.message").value
    assert typed.strip() == "<b>typed</b>"
    assert not soup.select("textarea b")
    assert stored(form).revision == 0


HOSTILE = "\"'><script>alert(1)</script>"


def test_everything_is_escaped(functional, form, manager):
    title = f"{HOSTILE}title"
    fields = [
        field("name", title=title, help=HOSTILE),
        field("colour", "one_of", title=title, options=[{"value": "red"}]),
        field("paper", "file", title=title, help=HOSTILE),
        field("day", "date", title=title),
    ]
    set_definition(form, definition(*fields))
    change(form, name=HOSTILE, colour=HOSTILE, day=HOSTILE)
    change(form, paper=a_file(filename=HOSTILE))

    soup = visit(manager, form)
    assert soup.select("script") == []
    assert soup.select_one("#field-name")["value"] == HOSTILE
    change(form, user_id=HOSTILE, name=f"{HOSTILE}theirs")
    save(manager)

    assert page(manager).select("script") == []
    assert "alert(1)" in page(manager).get_text()


def test_text_that_no_page_can_hold(form, manager):
    set_definition(form, definition(field("c", "one_of", options=COLOURS)))
    body = f"field.c=%ED%A0%80%00&revision=0&_authenticator={token(manager, form)}"

    manager.post(url(form), body)

    assert status(manager) in (400, 422)
    assert "Traceback" not in manager.contents
    assert stored(form).revision == 0


def test_an_option_that_is_gone_is_shown_and_reported(form, manager):
    set_definition(
        form,
        definition(
            field("colour", "one_of", title="Colour", options=COLOURS[:1]),
            field("colours", "many_of", title="Colours", options=COLOURS[1:]),
        ),
    )

    soup = visit(manager, form)

    told = summary(soup)
    assert [line.split(" – ")[0] for line in told] == ["Colour", "Colours"]
    assert "Stored is “blue”, which does not fit" in told[0]
    assert manager.getControl(name="field.colour").value == ["blue"]
    assert "blue (no longer offered)" in soup.get_text()

    save(manager)

    assert status(manager) == 422
    assert len(summary(page(manager))) == 2
    assert manager.getControl(name="field.colour").value == ["blue"]
    assert stored(form).revision == 0

    manager.getControl(name="field.colour").value = ["red"]
    manager.getControl(name="field.colours").value = ["blue"]
    save(manager)

    values = stored(form).values
    assert (values["colour"], values["colours"]) == ("red", ("blue",))


def test_a_value_that_its_input_cannot_show_is_told(form, manager):
    set_definition(form, definition(field("name", "date", title="When")))

    soup = visit(manager, form)

    assert status(manager) == 200
    assert "Stored is “Jo”, which does not fit" in summary(soup)[0]


def test_somebody_else_was_quicker(form, manager):
    visit(manager, form)
    manager.getControl(name="field.name").value = "mine"
    change(form, name="theirs", message="also theirs")
    change(form, user_id=None, agreed=False)

    save(manager)

    soup = page(manager)
    told = soup.select_one("#hoard-meanwhile")
    text = " ".join(told.get_text().split())
    assert status(manager) == 422
    assert "This submission has been changed meanwhile" in text
    assert [th.get_text() for th in told.select("tbody th")] == [
        "Agreed",
        "Your name",
        "Message",
    ]
    assert [td.get_text() for td in told.select("td")] == [
        *("Yes", "No"),
        *("Jo", "theirs"),
        *("two\nlines", "also theirs"),
    ]
    assert "by ed" in text and "by Anonymous visitor" in text
    assert manager.getControl(name="field.name").value == "mine"
    assert manager.getControl(name="revision").value == "2"
    assert stored(form).values["name"] == "theirs"

    save(manager)

    row = stored(form)
    assert (row.values["name"], row.values["agreed"], row.revision) == ("mine", True, 3)


def test_only_changes_that_were_not_seen_are_listed(form, manager):
    change(form, name="old news")
    visit(manager, form)
    change(form, name="news")
    save(manager)

    (row,) = page(manager).select("#hoard-meanwhile tbody tr")
    assert [td.get_text() for td in row.select("td")] == ["old news", "news"]


def test_a_mistake_does_not_hide_that_somebody_was_quicker(form, manager):
    visit(manager, form)
    manager.getControl(name="field.name").value = ""
    change(form, message="theirs")
    save(manager)
    assert manager.getControl(name="revision").value == "0"

    manager.getControl(name="field.name").value = "mine"
    save(manager)

    assert page(manager).select("#hoard-meanwhile")
    assert stored(form).values["name"] == "Jo"


def test_deleted_meanwhile(form, manager):
    visit(manager, form)
    find_ledger(form).remove(form.key)
    transaction.commit()

    save(manager)

    assert status(manager) == 404
    assert "It may have been deleted meanwhile." in manager.contents


@pytest.mark.parametrize("below", ["1/edit", "abc/edit", "{key}/edit/x", "{key}/Edit"])
def test_not_found(form, manager, below):
    path = below.format(key=form.key)
    manager.open(f"{form.absolute_url()}/@@hoard-submissions/{path}")

    assert status(manager) == 404


def test_a_form_that_has_no_fields_any_more(form, manager):
    set_definition(form, definition(field("read", "static_text", text="Read.")))

    assert "nothing to edit" in visit(manager, form).get_text()


def test_a_definition_from_a_newer_version(form, manager):
    visit(manager, form)
    form.hoard_definition = {"version": 99, "shape": "?"}
    transaction.commit()

    save(manager)
    assert status(manager) == 409
    assert "a newer version of collective.hoard" in manager.contents

    visit(manager, form)
    assert status(manager) == 200
    assert "a newer version of collective.hoard" in manager.contents
    assert stored(form).revision == 0


# What browsers do not send.


def token(browser, form):
    browser.open(f"{form.absolute_url()}/@@authenticator/token")
    return browser.contents


@pytest.mark.parametrize("revision", [None, "", "-1", "x", "9" * 30, "0.0"])
def test_without_a_good_revision(form, manager, revision):
    data = {"field.name": "forged", "_authenticator": token(manager, form)}
    if revision is not None:
        data["revision"] = revision

    manager.post(url(form), urlencode(data))

    assert status(manager) == 422
    assert "press Save once more" in manager.contents
    assert manager.getControl(name="field.name").value == "forged"
    assert stored(form).revision == 0


def test_a_revision_that_is_still_to_come(form, manager):
    data = {
        "field.name": "forged",
        "revision": 7,
        "_authenticator": token(manager, form),
    }

    manager.post(url(form), urlencode(data))

    assert status(manager) == 422
    assert stored(form).revision == 0


def test_a_field_that_the_form_has_not(form, manager):
    data = {"field.name": "x", "field.<b>": "x", "field._r": "9", "revision": 0}
    data["_authenticator"] = token(manager, form)

    manager.post(url(form), urlencode(data))

    assert status(manager) == 422
    assert "The form has no field &lt;b&gt;, _r." in manager.contents
    assert stored(form).revision == 0


def test_broken_multipart(form, manager):
    parts = [
        ('name="revision"', b"0"),
        ('name="field.name"; filename="x"', b"\xff"),
        ('name="field.paper"', b"text"),
        ('name="_authenticator"', token(manager, form).encode()),
    ]

    kind = "multipart/form-data; boundary=----boundary"
    manager.post(url(form), multipart(parts), kind)

    assert status(manager) == 422
    assert "A file is expected here." in manager.contents
    assert stored(form).revision == 0


@pytest.mark.parametrize("forged", [None, "", "0" * 40, "forged"])
def test_another_site_cannot_save(form, manager, forged):
    data = {"field.name": "forged", "revision": 0}
    if forged is not None:
        data["_authenticator"] = forged

    manager.post(url(form), urlencode(data))

    assert status(manager) == 403
    assert stored(form).revision == 0


def test_a_link_saves_nothing(form, manager):
    data = {"field.name": "x", "revision": 0, "_authenticator": token(manager, form)}

    manager.open(f"{url(form)}?{urlencode(data)}")

    assert stored(form).revision == 0
    assert manager.getControl(name="field.name").value == "Jo"


@pytest.mark.parametrize("role", ROLES)
def test_matrix_of_saving(functional, form, role):
    """With a token of one's own; having one is not enough."""
    name = None if role == "Anonymous" else add_user(form, role)
    transaction.commit()
    visitor = browser(functional["app"], name)
    data = {"field.name": "x", "revision": 0, "_authenticator": token(visitor, form)}

    visitor.post(url(form), urlencode(data))

    assert stored(form).revision == (1 if role in CHANGERS else 0)


@pytest.mark.parametrize("role", ["Editor", "Owner"])
def test_only_those_who_may_are_offered_it(functional, form, role):
    visitor = browser(functional["app"], add_user(form, role))
    transaction.commit()

    visitor.open(f"{form.absolute_url()}/@@hoard-submissions/{form.key}")

    links = [a["href"] for a in page(visitor).select("a")]
    assert (url(form) in links) is (role in CHANGERS)
