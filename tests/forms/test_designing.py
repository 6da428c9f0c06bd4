"""Editors make a form in the browser, through the real publisher."""

from bs4 import BeautifulSoup
from collective.hoard.forms.behavior import stored_definition
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import fingerprint
from collective.hoard.forms.keeping import set_definition
from collective.hoard.forms.submit import submit
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import post
from forms.browsing import shows_no_traceback
from forms.browsing import status
from forms.conftest import definition
from forms.conftest import field
from forms.conftest import make_form
from plone import api
import pytest
import transaction


@pytest.fixture
def editor(functional):
    return manager(functional)


def stored(form):
    transaction.begin()
    return stored_definition(form)


def fields(form):
    return [f for s in stored(form)["fieldsets"] for f in s["fields"]]


def change_behind(form, data):
    """What another editor stores meanwhile."""
    with api.env.adopt_user(username="admin"):
        set_definition(form, data)
    transaction.commit()


def text(browser):
    return BeautifulSoup(contents(browser), "html.parser").get_text(" ", strip=True)


def add_field(editor, form, kind, **values):
    editor.open(f"{form.absolute_url()}/@@hoard-fields")
    editor.getControl(name="kind", index=0).value = [kind]
    editor.getControl("Add field", index=0).click()
    for name, value in values.items():
        editor.getControl(name=f"field.{name}").value = value
    editor.getControl("Save").click()


def open_field(editor, form, id="text"):
    editor.open(f"{form.absolute_url()}/@@hoard-field?id={id}")


def test_every_kind_can_be_added(empty_form, editor):
    settings = {
        "one_of": {"options": "red | Red\nblue"},
        "many_of": {"options": "red | Red\nblue"},
        "static_text": {"text": "Please read."},
    }
    editor.open(f"{empty_form.absolute_url()}/@@hoard-fields")
    kinds = editor.getControl(name="kind").options

    for kind in kinds:
        add_field(editor, empty_form, kind, title=f"A {kind}", **settings.get(kind, {}))
        assert editor.url.partition("#")[0].endswith("@@hoard-fields"), contents(editor)

    assert [f["kind"] for f in fields(empty_form)] == kinds
    assert len(kinds) == 14


def test_opening_and_saving_each_field_changes_nothing(form, editor):
    before = stored(form)

    for entry in fields(form):
        open_field(editor, form, entry["id"])
        editor.getControl("Save").click()
        assert "Saved." in contents(editor)

    assert stored(form) == before


def test_a_title_changes_and_the_id_does_not(form, editor):
    open_field(editor, form)
    editor.getControl(name="field.title").value = "Your name"
    editor.getControl("Save").click()

    changed = fields(form)[0]
    assert (changed["id"], changed["title"]) == ("text", "Your name")


def test_wrong_settings_are_told_and_what_was_typed_is_kept(form, editor):
    before = stored(form)
    open_field(editor, form)
    editor.getControl(name="field.title").value = "New title"
    editor.getControl(name="field.max_length").value = "many"
    editor.getControl("Save").click()

    assert status(editor) == 422
    assert "This is not a whole number" in text(editor)
    assert editor.getControl(name="field.title").value == "New title"
    assert stored(form) == before


def move(editor, form, value, **what):
    ((kind, id),) = what.items()
    editor.open(f"{form.absolute_url()}/@@hoard-fields")
    page = BeautifulSoup(contents(editor), "html.parser")
    mark = page.find("input", attrs={"name": "fingerprint"})["value"]
    key = page.find("input", attrs={"name": "_authenticator"})["value"]
    pairs = [
        ("fingerprint", mark),
        ("_authenticator", key),
        (kind, id),
        ("move", value),
    ]
    return post(editor, form, *pairs, view="@@hoard-fields", with_token=False)


def test_fields_and_fieldsets_are_moved(functional, editor):
    data = {
        "version": 1,
        "fieldsets": [
            {
                "id": "one",
                "title": "One",
                "fields": [field("text", "a"), field("text", "b")],
            },
            {"id": "two", "title": "Two", "fields": []},
        ],
    }
    form = make_form(functional["portal"], data)

    move(editor, form, "down", field="a")
    assert [f["id"] for f in fields(form)] == ["b", "a"]
    move(editor, form, "down", field="a")
    assert [len(s["fields"]) for s in stored(form)["fieldsets"]] == [1, 1]
    move(editor, form, "up", fieldset="two")
    assert [s["id"] for s in stored(form)["fieldsets"]] == ["two", "one"]


@pytest.mark.parametrize(
    "what",
    [
        {"field": "gone"},
        {"fieldset": "gone"},
        {"field": "a\r\nSet-Cookie: x=y"},
        {"field": b"\xff\xfe"},
        {"field": "é" * 3000},
        {"move": "sideways"},
    ],
    ids=repr,
)
def test_moving_what_is_not_there_does_no_harm(form, editor, what):
    before = stored(form)

    code = move(editor, form, "up", **what)

    assert code == 200
    assert shows_no_traceback(editor)
    assert "Set-Cookie: x" not in str(editor.headers)
    assert stored(form) == before


def test_a_field_is_removed_after_a_question(form, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-field-remove?id=integer")
    assert len(fields(form)) == 14
    editor.getControl("Remove").click()

    assert "integer" not in [f["id"] for f in fields(form)]


def test_a_fieldset_is_added_changed_and_removed(form, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-fieldset")
    editor.getControl(name="title").value = "About you"
    editor.getControl("Save").click()
    assert stored(form)["fieldsets"][1]["id"] == "about_you"

    editor.open(f"{form.absolute_url()}/@@hoard-fieldset?id=about_you")
    editor.getControl(name="title").value = "You"
    editor.getControl(name="description").value = "Two\nlines"
    editor.getControl("Save").click()
    changed = stored(form)["fieldsets"][1]
    assert (changed["id"], changed["title"]) == ("about_you", "You")
    assert changed["description"].splitlines() == ["Two", "lines"]

    editor.open(f"{form.absolute_url()}/@@hoard-fieldset?id=main")
    editor.getControl("Remove the fieldset").click()
    assert [s["id"] for s in stored(form)["fieldsets"]] == ["about_you"]
    assert len(fields(form)) == 14


def test_the_id_of_a_removed_field_is_not_used_again(form, editor):
    submit(form, {"text": "Ada", "integer": "42"})
    transaction.commit()
    editor.open(f"{form.absolute_url()}/@@hoard-field-remove?id=integer")
    editor.getControl("Remove").click()

    add_field(editor, form, "text", title="Integer")
    assert fields(form)[-1]["id"] == "integer_2"
    add_field(editor, form, "text", title="Other", id="integer")
    assert status(editor) == 422


def as_editor(editor, form):
    """A fresh fingerprint and authenticator, as hidden inputs."""
    editor.open(f"{form.absolute_url()}/@@hoard-fields")
    page = BeautifulSoup(contents(editor), "html.parser")
    names = ("fingerprint", "_authenticator")
    return [(n, page.find("input", attrs={"name": n})["value"]) for n in names]


ACTIONS = [
    ("@@hoard-fields", [("field", "text"), ("move", "down")]),
    ("@@hoard-field", [("id", "text"), ("field.title", "X")]),
    ("@@hoard-field", [("kind", "text"), ("field.title", "X")]),
    ("@@hoard-field-remove", [("id", "text")]),
    ("@@hoard-fieldset", [("title", "X")]),
    ("@@hoard-fieldset", [("id", "main"), ("title", "X")]),
]


@pytest.mark.parametrize("view,pairs", ACTIONS, ids=str)
def test_another_site_cannot_change_anything(form, editor, view, pairs):
    before = stored(form)
    (mark, _key) = as_editor(editor, form)

    for key in ([], [("_authenticator", "")], [("_authenticator", "a" * 40)]):
        assert (
            post(editor, form, *pairs, mark, *key, view=view, with_token=False) == 403
        )
        assert shows_no_traceback(editor)

    assert stored(form) == before


@pytest.mark.parametrize("view,pairs", ACTIONS, ids=str)
def test_a_get_changes_nothing(form, editor, view, pairs):
    before = stored(form)
    everything = [*pairs, *as_editor(editor, form)]
    editor.open(
        f"{form.absolute_url()}/{view}?" + "&".join(f"{k}={v}" for k, v in everything)
    )

    assert stored(form) == before


@pytest.mark.parametrize("view,pairs", ACTIONS, ids=str)
def test_without_the_fingerprint_nothing_is_changed(form, editor, view, pairs):
    before = stored(form)
    key = as_editor(editor, form)[1]

    for mark in ([], [("fingerprint", "0" * 16)]):
        post(editor, form, *pairs, key, *mark, view=view, with_token=False)
        assert "meanwhile" in text(editor)

    assert stored(form) == before


OTHER = definition(field("text", title="Theirs"), field("integer", "new"))


@pytest.mark.parametrize("view,pairs", ACTIONS, ids=str)
def test_nobody_loses_what_somebody_else_stored_meanwhile(form, editor, view, pairs):
    hidden = as_editor(editor, form)
    change_behind(form, OTHER)

    post(editor, form, *pairs, *hidden, view=view, with_token=False)

    assert "meanwhile" in text(editor)
    assert stored(form) == OTHER


def test_what_was_typed_into_a_field_survives_the_change_of_another(form, editor):
    open_field(editor, form)
    editor.getControl(name="field.title").value = "Typed for long"
    change_behind(form, definition(field("text"), field("integer", "new")))
    editor.getControl("Save").click()

    assert status(editor) == 422
    assert editor.getControl(name="field.title").value == "Typed for long"
    editor.getControl("Save").click()
    assert [f["title"] for f in fields(form)] == ["Typed for long", "New"]


def test_what_was_typed_into_a_fieldset_survives_too(form, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-fieldset?id=main")
    editor.getControl(name="title").value = "Typed"
    editor.getControl(name="description").value = "Long"
    change_behind(form, OTHER)
    editor.getControl("Save").click()

    assert status(editor) == 422
    assert editor.getControl(name="title").value == "Typed"
    editor.getControl("Save").click()
    changed = stored(form)["fieldsets"][0]
    assert (changed["title"], changed["description"]) == ("Typed", "Long")
    assert fields(form) == OTHER["fieldsets"][0]["fields"]


def test_a_new_field_is_not_lost_with_its_fieldset(form, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-field?kind=text&fieldset=main")
    editor.getControl(name="field.title").value = "Typed for long"
    other = {"version": 1, "fieldsets": [{"id": "other", "fields": []}]}
    change_behind(form, other)
    editor.getControl("Save").click()
    assert status(editor) == 422
    editor.getControl("Save").click()

    assert [f["title"] for f in fields(form)] == ["Typed for long"]


def test_a_field_that_was_removed_meanwhile_is_told(form, editor):
    open_field(editor, form, "integer")
    change_behind(form, definition(field("text")))
    editor.getControl("Save").click()

    assert status(editor) == 200
    assert "not there any more" in text(editor)
    assert len(fields(form)) == 1


@pytest.mark.parametrize(
    "view", ["@@hoard-field", "@@hoard-field-remove", "@@hoard-fieldset"]
)
@pytest.mark.parametrize(
    "id", ["gone", "%00", "%ff", "a%0d%0ab", "x" * 5000, "<script>"]
)
def test_a_link_to_what_is_gone_says_so(form, editor, view, id):
    editor.open(f"{form.absolute_url()}/{view}?id={id}")

    assert status(editor) in (200, 404)
    assert shows_no_traceback(editor)
    assert "<script>x" not in contents(editor)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "kind=",
        "kind=spaceship",
        "kind=%ff",
        "kind=%00",
        "kind:list=text",
        "kind=text&fieldset=%ff%00",
        "kind=text&fieldset=gone",
        "kind=text&id:list=text",
        "kind.x:record=1",
    ],
)
def test_an_odd_link_to_a_new_field_is_answered(form, editor, query):
    editor.open(f"{form.absolute_url()}/@@hoard-field?{query}")

    assert status(editor) in (200, 404)
    assert shows_no_traceback(editor)


ODD = [b"\x00", b"a\x00b", b"\xff\xfe", b"\x1b", b"a" * 20_000, b"", b"a\r\nb"]


@pytest.mark.parametrize("title", ODD, ids=lambda v: repr(v)[:20])
@pytest.mark.parametrize("view", ["@@hoard-field", "@@hoard-fieldset"])
def test_an_odd_title_is_refused_with_words_or_made_plain(form, editor, view, title):
    name = "title" if view == "@@hoard-fieldset" else "field.title"
    pairs = [(name, title), ("kind", "text")]

    code = post(
        editor, form, *pairs, *as_editor(editor, form), view=view, with_token=False
    )

    assert code in (200, 422)
    assert shows_no_traceback(editor)
    form.hoard_definition and stored(form)
    everything = str(stored(form))
    assert "\\x00" not in everything and "\\udc" not in everything
    assert len(everything) < 100_000


def test_ten_thousand_settings_are_refused(form, editor):
    before = stored(form)
    many = [(f"field.f{i}", "x") for i in range(10_000)]
    pairs = [("id", "text"), ("field.title", "X"), *many]

    code = post(
        editor,
        form,
        *pairs,
        *as_editor(editor, form),
        view="@@hoard-field",
        with_token=False,
    )

    assert code in (400, 422)
    assert stored(form) == before


PAGES = [
    "",
    "/@@hoard-form",
    "/@@hoard-thanks",
    "/@@hoard-fields",
    "/@@hoard-field?kind=text",
    "/@@hoard-field?id=text",
    "/@@hoard-field-remove?id=text",
    "/@@hoard-fieldset",
    "/@@hoard-fieldset?id=main",
    "/edit",
]
NEWER = [
    {"version": 2, "pages": [{"steps": 7}]},
    {"version": 2, "fieldsets": 7},
    {"version": 2, "fieldsets": [{"fields": [{"id": "text"}]}]},
    {"version": 1, "fieldsets": [7]},
]


@pytest.mark.parametrize("data", NEWER, ids=str)
def test_a_definition_of_a_newer_version_gets_words_on_every_page(
    form, functional, data
):
    form.hoard_definition = data
    transaction.commit()
    visitor, editor = browser(functional), manager(functional)

    for page in PAGES:
        editor.open(form.absolute_url() + page)
        assert status(editor) in (200, 503), page
        assert shows_no_traceback(editor)
        if "hoard-field" in page:
            assert "cannot be" in text(editor)
            assert "version" in text(editor) or "object" in text(editor)
    visitor.open(form.absolute_url())
    assert status(visitor) == 503
    assert "try again later" in contents(visitor)
    assert "version" not in text(visitor).split("try again later")[1][:50]
    assert post(visitor, form, ("field.text", "x")) == 503
    assert stored(form) == data


@pytest.mark.parametrize("view,pairs", ACTIONS, ids=str)
def test_a_definition_of_a_newer_version_cannot_be_changed(form, editor, view, pairs):
    hidden = as_editor(editor, form)
    form.hoard_definition = NEWER[0]
    transaction.commit()
    mark = ("fingerprint", fingerprint(form))

    code = post(editor, form, *pairs, mark, hidden[1], view=view, with_token=False)

    assert code == 503
    assert stored(form) == NEWER[0]


def test_fields_of_a_kind_that_was_uninstalled_are_told_and_can_be_removed(
    form, editor
):
    many = [field("spaceship", f"f{i}") for i in range(400)]
    form.hoard_definition = definition(field("text"), field("text", "b"), *many)
    transaction.commit()

    editor.open(f"{form.absolute_url()}/@@hoard-field?id=f1")
    assert "spaceship" in text(editor)
    move(editor, form, "down", field="text")
    assert shows_no_traceback(editor)
    assert "no such kind" in text(editor)
    assert all(
        len(cookie) < 4000 for cookie in editor.headers.get_all("Set-Cookie", [])
    )

    form.hoard_definition = definition(field("text"), field("spaceship", "ship"))
    transaction.commit()
    editor.open(f"{form.absolute_url()}/@@hoard-field-remove?id=ship")
    editor.getControl("Remove").click()
    assert [f["id"] for f in fields(form)] == ["text"]


def test_a_ledger_of_a_newer_version_gets_words(form, functional):
    find_ledger(form)._storage["version"] = 99
    transaction.commit()
    visitor, editor = browser(functional), manager(functional)

    assert post(visitor, form, ("field.text", "my long answer")) == 503
    assert "cannot be stored at the moment" in text(visitor)
    assert "my long answer" in contents(visitor)
    for page in ("fields", "field?kind=text", "field?id=text", "field-remove?id=text"):
        editor.open(f"{form.absolute_url()}/@@hoard-{page}")
        assert shows_no_traceback(editor)
        assert status(editor) in (200, 503)
    editor.open(f"{form.absolute_url()}/@@hoard-fields")
    assert "newer version" in text(editor)
    editor.open(f"{form.absolute_url()}/edit")
    editor.getControl(name="form.widgets.IDublinCore.title").value = "New title"
    editor.getControl("Save").click()
    assert "New title" in text(editor)
