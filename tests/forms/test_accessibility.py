"""Pages of forms can be used by everybody."""

from bs4 import BeautifulSoup
from forms.accessibility import main_part
from forms.accessibility import problems
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import post
from forms.browsing import status
from forms.conftest import COLOURS
from forms.conftest import definition
from forms.conftest import field
from forms.conftest import make_form
import pytest


MANY = [{"value": str(n), "title": f"Number {n}"} for n in range(9)]
HELP = {"help": "Some help."}


def everything():
    """Every kind of field with and without help, required and not."""
    needed = {"required": True, **HELP}
    fields = [
        field("static_text", "s", text="One\ntwo\n\nthree"),
        field("hidden", default="x", max_length=3),
    ]
    for name, more in (("a", needed), ("b", {})):
        fields += [
            field("text", f"text_{name}", pattern="[0-9]+", **more),
            field("long_text", f"long_{name}", **more),
            field("email", f"email_{name}", **more),
            field("url", f"url_{name}", **more),
            field("integer", f"integer_{name}", min=0, **more),
            field("decimal", f"decimal_{name}", **more),
            field("yes_no", f"yes_{name}", **more),
            field("one_of", f"one_{name}", options=COLOURS, **more),
            field("one_of", f"select_{name}", options=MANY, **more),
            field("many_of", f"many_{name}", options=COLOURS, **more),
            field("many_of", f"list_{name}", options=MANY, **more),
            field("date", f"date_{name}", **more),
            field("date_time", f"time_{name}", **more),
            field("file", f"file_{name}", **more),
        ]
    data = definition(*fields[:16])
    data["fieldsets"][0] |= {"title": "First", "description": "The first part."}
    data["fieldsets"].append({"id": "second", "fields": fields[16:]})
    return data


@pytest.fixture
def form(functional):
    return make_form(functional["portal"], everything(), description="About us")


@pytest.fixture
def visitor(functional):
    return browser(functional)


@pytest.fixture
def editor(functional):
    return manager(functional)


def page(browser):
    return BeautifulSoup(contents(browser), "html.parser")


def test_the_form(form, visitor):
    visitor.open(form.absolute_url())

    assert problems(contents(visitor)) == []


def test_the_form_with_an_error_at_every_field(form, visitor):
    wrong = [
        (f"field.{f['id']}", "\x00")
        for s in everything()["fieldsets"]
        for f in s["fields"]
    ]

    assert post(visitor, form, *wrong[1:]) == 422

    assert problems(contents(visitor)) == []
    shown = page(visitor)
    errors = shown.find(id="hoard-errors")
    assert len(errors.find_all("li")) == 29
    for link in errors.find_all("a"):
        target = shown.find(id=link["href"][1:])
        group = target.find_parent("fieldset", class_="hoard-choices") or target
        described = group.get("aria-describedby", "").split()
        assert any(id.endswith("-error") for id in described), target
        assert shown.find(id=described[0]).get_text(strip=True)


def test_the_error_summary_gets_the_focus_and_is_announced(form, visitor):
    post(visitor, form)
    found = page(visitor).find(id="hoard-errors")

    assert found["role"] == "alert"
    assert found["tabindex"] == "-1"
    assert found.has_attr("autofocus")


def test_the_error_of_a_hidden_field_is_told_with_its_title(form, visitor):
    post(visitor, form, ("field.hidden", "too long"))

    errors = page(visitor).find(id="hoard-errors").get_text(" ", strip=True)
    assert "Hidden – This has 8 characters" in errors


def test_a_required_choice_says_so_in_words(form, visitor):
    """Checkboxes cannot be required one by one, and the star is not read out."""
    visitor.open(form.absolute_url())
    group = page(visitor).find("fieldset", id="field-many_a")

    assert "required" in group.legend.get_text()


def test_keyboards_and_browsers_are_told_what_is_expected(form, visitor):
    visitor.open(form.absolute_url())
    shown = page(visitor)
    expected = {
        "email_a": {"type": "email", "autocomplete": "email"},
        "url_a": {"type": "url"},
        "integer_a": {"inputmode": "numeric"},
        "decimal_a": {"inputmode": "decimal"},
        "date_a": {"type": "date"},
        "time_a": {"type": "datetime-local"},
        "file_a": {"type": "file"},
    }
    for id, attributes in expected.items():
        tag = shown.find(id=f"field-{id}")
        assert attributes.items() <= tag.attrs.items()


OTHERS = [
    "@@hoard-thanks", "@@hoard-fields", "@@hoard-field?kind=one_of",
    "@@hoard-field?id=text_a", "@@hoard-field?id=many_a", "@@hoard-field?kind=file",
    "@@hoard-field-remove?id=text_a", "@@hoard-fieldset", "@@hoard-fieldset?id=main",
]  # fmt: skip


@pytest.mark.parametrize("view", OTHERS)
def test_the_other_pages(form, editor, view):
    editor.open(f"{form.absolute_url()}/{view}")

    assert status(editor) == 200
    assert problems(contents(editor)) == []
    assert main_part(contents(editor)).find("h1")


def test_the_editor_with_errors(form, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-field?kind=many_of")
    editor.getControl(name="field.min_choices").value = "x"
    editor.getControl("Save").click()

    assert status(editor) == 422
    assert problems(contents(editor)) == []


def test_an_empty_editor(functional, editor):
    form = make_form(functional["portal"], {"version": 1, "fieldsets": []}, id="empty")
    editor.open(f"{form.absolute_url()}/@@hoard-fields")

    assert problems(contents(editor)) == []


def test_a_page_that_cannot_be_shown(form, editor, visitor):
    import transaction

    form.hoard_definition = {"version": 2}
    transaction.commit()
    for one, view in ((visitor, ""), (editor, ""), (editor, "/@@hoard-fields")):
        one.open(form.absolute_url() + view)
        assert problems(contents(one)) == []
