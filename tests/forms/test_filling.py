"""Visitors fill in a form, through the real publisher."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from forms.browsing import browser
from forms.browsing import manager
from forms.browsing import post
from forms.browsing import post_multipart
from forms.browsing import rows
from forms.browsing import shows_no_traceback
from forms.browsing import status
from forms.browsing import token
from forms.conftest import ALL_KINDS
from forms.conftest import definition
from forms.conftest import field
from forms.conftest import make_form
from plone import api
from plone.app.textfield import RichTextValue
from plone.uuid.interfaces import IUUID
import pytest
import time
import transaction


@pytest.fixture
def visitor(functional):
    return browser(functional)


def shown(visitor, id):
    """What the page holds in the input of a field."""
    tag = BeautifulSoup(visitor.contents, "html.parser").find(id=f"field-{id}")
    return (
        tag.get_text().removeprefix("\n")
        if tag.name == "textarea"
        else tag.get("value")
    )


def error_at(visitor, id):
    tag = BeautifulSoup(visitor.contents, "html.parser").find(id=f"field-{id}-error")
    return tag and tag.get_text(strip=True)


def summary(visitor):
    tag = BeautifulSoup(visitor.contents, "html.parser").find(id="hoard-errors")
    return tag and tag.get_text(" ", strip=True)


def test_a_visitor_sends_the_form(form, visitor):
    visitor.open(form.absolute_url())
    visitor.getControl(name="field.text").value = "Grüße"
    visitor.getControl(name="field.long_text").value = "one\ntwo"
    visitor.getControl(name="field.integer").value = "42"
    visitor.getControl(name="field.many_of").value = ["red", "blue"]
    visitor.getControl(name="field.one_of").value = ["blue"]
    visitor.getControl(name="field.date").value = "2026-12-31"
    visitor.getControl(name="field.file").add_file(b"data", "text/plain", "a.txt")
    visitor.getControl("Send").click()

    assert visitor.url.endswith("/@@hoard-thanks")
    (stored,) = rows(form)
    assert (stored["text"], stored["long_text"]) == ("Grüße", "one\ntwo")
    assert (stored["integer"], stored["one_of"]) == (42, "blue")
    assert stored["many_of"] == ("red", "blue")
    assert stored["hidden"] == "from-the-page"
    assert stored["file"]["filename"] == "a.txt"


def test_after_sending_the_address_is_another_one_so_that_a_reload_is_harmless(
    form, visitor
):
    visitor.followRedirects = False
    assert post(visitor, form, ("field.text", "x")) == 303

    assert visitor.headers["Location"] == f"{form.absolute_url()}/@@hoard-thanks"


def test_a_double_click_stores_once(form, visitor):
    once = [("field.text", "x"), ("token", token(form))]

    for _ in range(3):
        assert post(visitor, form, *once, with_token=False) == 200
        assert visitor.url.endswith("/@@hoard-thanks")

    assert len(rows(form)) == 1


def test_the_same_page_with_other_answers_asks_before_it_stores_again(form, visitor):
    used = token(form)
    post(visitor, form, ("field.text", "first"), ("token", used), with_token=False)

    code = post(
        visitor, form, ("field.text", "second"), ("token", used), with_token=False
    )

    assert code == 422
    assert "already" in summary(visitor)
    assert shown(visitor, "text") == "second"
    assert [r["text"] for r in rows(form)] == ["first"]
    visitor.getControl("Send").click()
    assert visitor.url.endswith("/@@hoard-thanks")
    assert sorted(r["text"] for r in rows(form)) == ["first", "second"]


BAD_TOKENS = [None, "", "forged", f"1-{'a' * 64}", "other form", "expired"]


@pytest.mark.parametrize("given", BAD_TOKENS, ids=str)
def test_without_a_good_token_nothing_is_stored_but_typed_text_is_kept(
    form, visitor, given
):
    from collective.hoard.forms.token import issue

    if given == "other form":
        given = issue("other")
    elif given == "expired":
        given = issue(IUUID(form), time.time() - 25 * 3600)
    pairs = [("token", given)] if given is not None else []

    assert post(visitor, form, ("field.text", "x"), *pairs, with_token=False) == 422

    assert "Nothing was stored" in summary(visitor)
    assert rows(form) == []
    visitor.getControl("Send").click()
    assert [r["text"] for r in rows(form)] == ["x"]


def test_two_tokens_at_once_are_none(form, visitor):
    good = token(form)
    pairs = [("field.text", "x"), ("token", good), ("token", good)]

    assert post(visitor, form, *pairs, with_token=False) == 422
    assert rows(form) == []


def test_the_trap_catches_programs_and_lets_people_try_again(form, visitor):
    assert post(visitor, form, ("field.text", "x"), ("homepage", "http://spam")) == 422

    assert rows(form) == []
    visitor.getControl("Send").click()
    assert len(rows(form)) == 1


def test_nobody_types_that_fast(form, visitor):
    api.portal.set_registry_record("collective.hoard.fill_seconds", 600)
    transaction.commit()
    visitor.open(form.absolute_url())
    visitor.getControl(name="field.text").value = "x"
    visitor.getControl("Send").click()

    assert status(visitor) == 422
    assert rows(form) == []
    api.portal.set_registry_record("collective.hoard.fill_seconds", 1)
    transaction.commit()
    time.sleep(2.1)
    visitor.getControl("Send").click()
    assert len(rows(form)) == 1


def test_every_wrong_answer_is_told_at_its_field_and_what_was_typed_is_kept(
    form, visitor
):
    wrong = {
        "text": " ",
        "email": "nobody",
        "url": "javascript:alert(1)",
        "integer": "101",
        "decimal": "a lot",
        "yes_no": "perhaps",
        "one_of": "green",
        "many_of": "green",
        "date": "31.12.2026",
        "date_time": "noon",
        "long_text": "kept\n  as it is",
    }

    assert post(visitor, form, *((f"field.{k}", v) for k, v in wrong.items())) == 422

    assert rows(form) == []
    for name, typed in wrong.items():
        if name != "long_text":
            assert error_at(visitor, name), name
        if name not in ("yes_no", "one_of", "many_of"):
            assert shown(visitor, name) == typed
    assert shown(visitor, "hidden") in (None, "")


def test_nothing_is_half_stored(form, visitor):
    from ZODB.blob import Blob

    made = []
    original = Blob.__init__
    Blob.__init__ = lambda self, *args: (made.append(1), original(self, *args))[1]
    try:
        code = post_multipart(
            visitor,
            form,
            ('name="field.integer"', b"wrong"),
            ('name="field.text"', b"good"),
            ('name="field.file"; filename="a.txt"', b"good too"),
        )
    finally:
        Blob.__init__ = original

    assert code == 422
    assert (made, rows(form)) == ([], [])
    assert "choose the file again" in error_at(visitor, "file")


def test_a_reload_of_the_page_gives_another_token(form, visitor):
    found = set()
    for _ in range(2):
        visitor.open(form.absolute_url())
        found.add(visitor.getControl(name="token").value)

    assert len(found) == 2


def test_no_shared_cache_keeps_the_page(form, visitor):
    visitor.open(form.absolute_url())

    assert "private" in visitor.headers["Cache-Control"]


def test_a_link_can_fill_in(form, visitor):
    visitor.open(
        f"{form.absolute_url()}?field.text=hello&field.hidden=mail&field.one_of=red"
        "&field.yes_no=0&field.nothing=1&field.integer=oops"
    )

    assert (shown(visitor, "text"), shown(visitor, "hidden")) == ("hello", "mail")
    assert visitor.getControl(name="field.one_of").value == ["red"]
    assert visitor.getControl(name="field.yes_no").value == []
    assert summary(visitor) is None


def test_a_link_leaves_the_other_defaults(functional, visitor):
    form = make_form(
        functional["portal"],
        definition(field("text", "a", default="A"), field("text", "b", default="B")),
    )
    visitor.open(f"{form.absolute_url()}?field.a=x")

    assert (shown(visitor, "a"), shown(visitor, "b")) == ("x", "B")


def test_an_empty_form_says_so_and_takes_nothing(empty_form, visitor):
    visitor.open(empty_form.absolute_url())
    assert "This form has no fields yet." in visitor.contents

    assert post(visitor, empty_form) == 422
    assert rows(empty_form) == []


def test_a_form_changed_meanwhile_says_so(form, visitor):
    from collective.hoard.forms.keeping import set_definition

    visitor.open(form.absolute_url())
    visitor.getControl(name="field.text").value = "typed"
    with api.env.adopt_user(username="admin"):
        set_definition(form, definition(field("text"), field("integer", "count")))
    transaction.commit()
    visitor.getControl("Send").click()

    assert status(visitor) == 422
    assert "changed" in summary(visitor)
    assert shown(visitor, "text") == "typed"
    visitor.getControl("Send").click()
    assert rows(form) == [{"text": "typed"}]


def test_the_thanks_are_the_editors(functional, visitor):
    thanks = RichTextValue(
        "<p>Bye <b>bye</b><script>alert(1)</script><img src=x onerror=alert(2)></p>",
        "text/html",
        "text/x-html-safe",
    )
    form = make_form(functional["portal"], ALL_KINDS, hoard_thanks=thanks)
    post(visitor, form, ("field.text", "x"))

    assert "Bye <b>bye</b>" in visitor.contents
    assert (
        "alert("
        not in BeautifulSoup(visitor.contents, "html.parser")
        .find(id="content")
        .decode()
    )


def test_who_was_logged_in_is_known(form, functional):
    somebody = manager(functional)
    somebody.open(form.absolute_url())
    somebody.getControl(name="field.text").value = "x"
    somebody.getControl("Send").click()

    transaction.begin()
    (row,) = find_ledger(form).iter_rows()
    assert row.user_id == "admin"


def test_another_site_cannot_send_in_the_name_of_somebody(form, functional):
    somebody = manager(functional)

    post(somebody, form, ("field.text", "x"))

    assert rows(form) == []
    assert shows_no_traceback(somebody)


def test_a_page_is_written_by_no_get(form, functional, registered):
    """Signed in or not: a look at a page must not change the database."""
    pages = ["", "/@@hoard-form", "/@@hoard-thanks", "?field.text=x"]
    # Plone itself makes its default portlets with the very first page.
    browser(functional).open(form.absolute_url())
    registered.clear()
    own = ["/@@hoard-fields", "/@@hoard-field?kind=text", "/@@hoard-field?id=text"]
    own += [
        "/@@hoard-field-remove?id=text",
        "/@@hoard-fieldset",
        "/@@hoard-fieldset?id=main",
    ]
    for one, parts in (
        (browser(functional), pages),
        (manager(functional), pages + own),
    ):
        for part in parts:
            one.open(f"{form.absolute_url()}{part}")
            assert status(one) == 200, part

    assert len(registered) >= 14
    assert [found for found in registered if found] == []


@pytest.fixture
def registered():
    """What each request would have written, a list for each."""
    from zope.component import getGlobalSiteManager
    from ZPublisher.interfaces import IPubBeforeCommit

    found = []

    def look(event):
        connection = event.request["PARENTS"][-1]._p_jar
        found.append(list(connection._registered_objects))

    site_manager = getGlobalSiteManager()
    site_manager.registerHandler(look, [IPubBeforeCommit])
    yield found
    site_manager.unregisterHandler(look, [IPubBeforeCommit])
