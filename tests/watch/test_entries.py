"""Rules, alarms, contacts and policies edited in the browser."""

from bs4 import BeautifulSoup
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.telling import entries
from forms.browsing import contents
from forms.browsing import shows_no_traceback
from forms.browsing import status
import pytest


RULE = """
[[rule]]
name = "pair"
title = "The <b>pair</b>"
expression = "up(group:shops) >= 90 %"
"""
PEOPLE = """
[[contact]]
name = "anna"
channel = "mail"
address = "anna@example.org"

[[policy]]
name = "everything"
contacts = ["anna"]
"""


@pytest.fixture
def base(site):
    return site["portal"].absolute_url()


@pytest.fixture
def type_in(user, base):
    def type_in(text, button="save", query=""):
        user.open(f"{base}/@@hoard-rules-edit{query}")
        user.getControl(name="text").value = text
        user.getControl(name=button).click()
        return BeautifulSoup(contents(user), "html.parser")

    return type_in


def document(database):
    with open_engine(database).connect() as connection:
        return entries.stored(connection)


def names(database, kind):
    return [entry["name"] for entry in document(database).get(kind, ())]


def test_a_rule_is_added_changed_and_removed(user, base, database, type_in):
    page = type_in(RULE)
    assert "pair" in names(database, "rule")
    assert "The <b>pair</b>" in page.get_text()

    user.open(f"{base}/@@hoard-rules-edit?kind=rule&name=pair")
    text = user.getControl(name="text").value
    user.getControl(name="text").value = text.replace("90 %", "10 %")
    user.getControl(name="save").click()
    (found,) = (r for r in document(database)["rule"] if r["name"] == "pair")
    assert found["expression"] == "up(group:shops) >= 10 %"

    user.open(f"{base}/@@hoard-rules-edit?kind=rule&name=pair")
    user.getControl(name="remove").click()
    assert "pair" not in names(database, "rule")


def test_a_preview_explains_and_keeps_nothing(database, type_in):
    page = type_in(RULE, "preview")

    assert page.select_one("pre.hoard-explanation").text.startswith("pair is ")
    assert RULE.strip() in page.select_one("textarea").text.replace("\r", "")
    assert "pair" not in names(database, "rule")


def test_everything_as_text_can_be_saved_as_it_is(user, base, database):
    before = document(database)
    user.open(f"{base}/@@hoard-rules-edit?all=1")
    user.getControl(name="save").click()

    assert user.url == f"{base}/@@hoard-rules"
    assert document(database) == before


def test_contacts_and_policies(user, base, database, type_in):
    page = type_in(PEOPLE)
    assert "anna@example.org" in page.get_text()

    page = type_in("", "remove", "?kind=contact&name=anna")
    assert "everything" in page.select_one(".alert-danger").text
    assert names(database, "contact") == ["anna"]

    type_in("", "remove", "?kind=policy&name=everything")
    type_in("", "remove", "?kind=contact&name=anna")
    assert names(database, "contact") == names(database, "policy") == []

    type_in(PEOPLE)
    assert names(database, "contact") == ["anna"]


@pytest.mark.parametrize(
    "text,words",
    [
        ("", "Write down"),
        ("# nothing", "Write down"),
        ("[[rule", "no TOML"),
        ("a = 1", "unknown"),
        ("[rule]\nname = 'a'", "two brackets"),
        ("rule = [1]", "no table"),
        (RULE + "colour = 'red'", "colour"),
        (RULE.replace("90", "lots of"), "column 20"),
        (RULE.replace('"up(group:shops) >= 90 %"', "7"), "must be a text"),
        ('[[alarm]]\nname="a"\ncheck="nonsense"\nmetric="ms"\nthreshold=1', "nonsense"),
        (PEOPLE.replace('["anna"]', '["bob"]'), "bob"),
        (PEOPLE.replace('"mail"', '"pigeon"'), "channel"),
        (PEOPLE + "steps = 7", "steps"),
        (PEOPLE.replace('name = "anna"', 'name = "anna"\nsettings = "x"'), "settings"),
        ("x = " + "[" * 5000, "no TOML"),
        ("x" * 600_000, "too much"),
    ],
    ids=range(16),
)
def test_what_cannot_be_is_said_where_it_was_typed(
    user, database, type_in, text, words
):
    before = document(database)

    page = type_in(text)

    assert status(user) == 422 and shows_no_traceback(user)
    assert words in page.select_one(".alert-danger").text
    assert page.select_one("textarea").text.split() == text.split()
    assert document(database) == before


@pytest.mark.parametrize(
    "query", ["kind=rule&name=nonsense", "kind=x&name=y", "name=z"]
)
def test_what_is_gone_is_said(user, base, query):
    user.open(f"{base}/@@hoard-rules-edit?{query}")

    assert user.url == f"{base}/@@hoard-rules"
    assert "There is no" in contents(user) and shows_no_traceback(user)


@pytest.mark.parametrize("kind", ["check", "group", "", "x"])
def test_nothing_else_can_be_removed(user, base, database, kind):
    before = document(database)
    user.open(f"{base}/@@hoard-rules-edit?kind=rule&name=front")
    user.getControl(name="kind").value = kind

    user.getControl(name="remove").click()

    assert status(user) == 422 and document(database) == before
