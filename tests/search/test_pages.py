"""The pages to search on, and the REST service."""

from bs4 import BeautifulSoup
from collective.hoard.forms.submit import submit
from collective.hoard.outbox import drain_once
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from forms.accessibility import problems
from plone.app.testing import setRoles
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_ID
from zope.component import getGlobalSiteManager
from ZPublisher.interfaces import IPubBeforeCommit
import json
import pytest
import transaction


COLOURS = [{"value": "r", "title": "Red"}, {"value": "b", "title": "Blue"}]
DATA = definition(
    field("name", title="Your name"),
    field("message", "long_text", title="Message"),
    field("colour", "one_of", title="Colour", options=COLOURS),
    field("age", "integer", title="Age"),
)


@pytest.fixture
def site(functional):
    setRoles(functional["portal"], TEST_USER_ID, ["Manager"])
    return functional["portal"]


@pytest.fixture
def form(site):
    form = make_form(data=DATA)
    add_user(form, "Editor")
    people = [("Anna Müller", "r"), ("Bernd <b>Mueller</b>", "b"), ("Chris", "r")]
    for number, (name, colour) in enumerate(people):
        values = {"name": name, "message": "long " * 100 + "needle in <hay>"}
        submit(form, {**values, "colour": colour, "age": str(20 + number)})
    drain(site)
    return form


def drain(site):
    transaction.commit()
    drain_once(site)
    transaction.begin()


@pytest.fixture
def editor(functional, form):
    return browser(functional["app"], "editor")


def open_page(browser, form, query="", view="@@hoard-search"):
    browser.open(f"{form.absolute_url()}/{view}?{query}")
    return BeautifulSoup(browser.contents, "html.parser")


def hits(page):
    return page.select(".hoard-hits > li")


def test_the_list_of_submissions_has_a_search_box(editor, form):
    editor.open(f"{form.absolute_url()}/@@hoard-submissions")
    box = editor.getForm(action=f"{form.absolute_url()}/@@hoard-search")
    box.getControl(name="text").value = "muller"
    box.submit()

    assert len(hits(BeautifulSoup(editor.contents, "html.parser"))) == 2


def test_what_was_found_is_marked_and_escaped(editor, form):
    page = open_page(editor, form, "text=mueller+needle")

    assert [m.text for m in page.select("mark")].count("Mueller") == 1
    assert "Müller" in {m.text for m in page.select("mark")}
    assert "&lt;b&gt;<mark>Mueller</mark>&lt;/b&gt;" in editor.contents
    assert "<hay>" not in editor.contents


def test_facets_narrow_and_widen_again(editor, form):
    page = open_page(editor, form)
    link = next(a for a in page.select("nav a") if a.text.strip() == "Red")
    assert "(2)" in link.parent.text
    editor.open(link["href"])
    page = BeautifulSoup(editor.contents, "html.parser")
    assert len(hits(page)) == 2
    chosen = page.select_one("nav a[aria-current]")
    editor.open(chosen["href"])

    assert len(hits(BeautifulSoup(editor.contents, "html.parser"))) == 3


def test_pages_follow_each_other(editor, form):
    first = open_page(editor, form, "size=2&text=needle")
    editor.open(first.select_one("a[rel=next]")["href"])
    second = BeautifulSoup(editor.contents, "html.parser")

    assert [len(hits(page)) for page in (first, second)] == [2, 1]
    assert second.select_one("a[rel=next]") is None
    assert second.select_one("a[rel=first]")


def test_nothing_found_leads_back(editor, form):
    page = open_page(editor, form, "text=nobody")

    assert "Nothing was found." in page.text
    assert status(editor) == 200


def test_what_is_ignored_is_said(editor, form):
    page = open_page(editor, form, "f.nothing=1&sort=nothing&since=never&cursor=zzz")

    assert len(page.select("[role=alert] li")) == 4
    assert len(hits(page)) == 3


def test_an_index_that_is_behind_says_so_and_the_store_has_all(site, editor, form):
    submit(form, {"name": "Newcomer"})
    transaction.commit()
    page = open_page(editor, form, "text=newcomer")
    assert "1 records behind" in page.select_one(".hoard-behind").text
    assert not hits(page)

    editor.open(page.select_one(".hoard-behind a")["href"])

    page = BeautifulSoup(editor.contents, "html.parser")
    assert len(hits(page)) == 1
    assert page.select_one(".hoard-scanned")


def test_the_site_is_searched_over_all_forms(site, editor, form):
    other = make_form("other", DATA, "Other")
    submit(other, {"name": "Anna"})
    drain(site)

    page = open_page(editor, site, "text=anna")

    assert len(hits(page)) == 2
    assert any(a.text.strip() == "Other" for a in page.select("nav a"))


def test_visitors_are_told_that_there_is_nothing_for_them(functional, site, form):
    visitor = browser(functional["app"])

    page = open_page(visitor, site)
    assert "nothing here that you may search" in page.text
    open_page(visitor, form)

    assert "Anna" not in visitor.contents


def test_the_result_is_exported(editor, form):
    editor.open(f"{form.absolute_url()}/@@hoard-search-export?format=csv&f.colour=r")
    lines = editor.contents.strip().split("\r\n")
    assert lines[0].startswith("Form,Submission,Submitted,User,Your name")
    assert [line.split(",")[4] for line in lines[1:]] == ["Chris", "Anna Müller"]

    editor.open(f"{form.absolute_url()}/@@hoard-search-export?format=jsonl&text=chris")

    (found,) = map(json.loads, editor.contents.splitlines())
    assert found["values"]["name"] == "Chris" and found["form"] == form.UID()


@pytest.mark.parametrize("role,expected", [("Reader", 0), ("Editor", 3)])
def test_only_who_may_export_can_export(functional, site, form, role, expected):
    if role != "Editor":
        add_user(form, role)
    visitor = browser(functional["app"], role.lower())
    visitor.open(f"{site.absolute_url()}/@@hoard-search-export?format=jsonl")

    assert (status(visitor) == 200) == bool(expected)
    assert visitor.contents.count('"values"') == expected


def rest(functional, context, query="", user="editor"):
    client = browser(functional["app"], user)
    client.addHeader("Accept", "application/json")
    client.open(f"{context.absolute_url()}/@hoard-search?{query}")
    return status(client), json.loads(client.contents)


def test_rest_finds_with_highlights_facets_and_pages(functional, site, form):
    code, found = rest(functional, form, "text=mueller&facet=colour&size=1")

    assert code == 200
    assert found["items_total"] == 2
    (item,) = found["items"]
    assert item["values"]["name"] == "Bernd <b>Mueller</b>"
    assert {"text": "Mueller", "marked": True} in item["highlights"][0]["pieces"]
    assert {f["value"]: f["title"] for f in found["facets"]["colour"]} == {
        "b": "Blue",
        "r": "Red",
    }
    assert found["index"] == {
        "behind": 0,
        "since": None,
        "scanned": False,
        "problem": None,
    }
    _code, after = rest(functional, form, found["links"]["next"].partition("?")[2])
    assert after["items"][0]["values"]["name"] == "Anna Müller"
    assert "next" not in after["links"]


def test_rest_over_the_site(functional, site, form):
    code, found = rest(functional, site, "from.age=21&sort=-age&facet=_form")

    assert [i["values"]["age"] for i in found["items"]] == [22, 21]
    assert found["facets"]["_form"] == [{"value": form.UID(), "count": 2}]
    assert rest(functional, site, user=None)[1]["items_total"] == 0


@pytest.mark.parametrize("query", ["sort=x", "f.x=1", "cursor=x", "size=0", "facet=x"])
def test_rest_refuses_what_it_does_not_understand(functional, site, form, query):
    code, found = rest(functional, form, query)

    assert code == 400
    assert found["error"]["problems"]


def test_rest_wants_the_permission(functional, site, form):
    add_user(form, "Reader")

    assert rest(functional, form, user="reader")[0] in (401, 403)


def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def test_administrators_see_progress_and_check(functional, site, form):
    admin = manager(functional)
    admin.open(f"{site.absolute_url()}/@@hoard-controlpanel")
    admin.getLink("Progress, check and repair").click()
    assert "complete" in admin.contents
    admin.getControl(name="check").click()
    assert "Result of the check" in admin.contents
    admin.getControl(name="reindex").click()
    assert "are being indexed anew" in admin.contents


def test_building_anew_wants_a_token(functional, site, form):
    admin = manager(functional)
    admin.post(f"{site.absolute_url()}/@@hoard-search-index", "reindex=1")

    assert status(admin) == 403


def test_only_administrators_look_after_the_index(functional, site, form):
    editor = browser(functional["app"], "editor")
    editor.open(f"{site.absolute_url()}/@@hoard-search-index")

    assert "Build the index anew" not in editor.contents


@pytest.mark.parametrize("query", ["", "text=mueller&f.colour=b", "text=nobody&sort=x"])
def test_the_pages_can_be_used_by_everybody(functional, site, editor, form, query):
    for context in (form, site):
        open_page(editor, context, query)
        assert problems(editor.contents) == []
    admin = manager(functional)
    admin.open(f"{site.absolute_url()}/@@hoard-search-index")
    admin.getControl(name="check").click()

    # Of Plone's control panel only what is in it is ours.
    page = BeautifulSoup(admin.contents, "html.parser")
    ours = page.find("h1", string="Search index").find_next_siblings()
    assert problems(f"<h1>Search index</h1>{''.join(map(str, ours))}") == []


def test_reading_writes_nothing(functional, site, form, editor):
    registered = []

    def note(event):
        registered.extend(event.request["PARENTS"][-1]._p_jar._registered_objects)

    open_page(editor, form, "text=anna")
    getGlobalSiteManager().registerHandler(note, [IPubBeforeCommit])
    try:
        open_page(editor, form, "text=anna&facet=colour")
        open_page(editor, site, "text=anna&scan=1")
    finally:
        getGlobalSiteManager().unregisterHandler(note, [IPubBeforeCommit])

    assert registered == []
