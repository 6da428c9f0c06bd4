"""Two who edit the same at once, and one in two tabs."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import status
from sqlalchemy import select
import html
import pytest


RULES = 'name = "{}"\nexpression = "up(group:web) >= {} %"\n'


@pytest.fixture
def base(site):
    return f"{site['portal'].absolute_url()}/@@"


@pytest.fixture
def tabs(site):
    """Two browsers that opened the same page."""

    def tabs(address):
        found = manager(site), manager(site)
        for one in found:
            one.open(address)
        return found

    return tabs


def stored(database, column, where):
    with open_engine(database).connect() as connection:
        return connection.scalar(select(column).where(where))


def save(tab, name, value):
    tab.getControl(name=name).value = value
    tab.getControl("Save").click()
    return html.unescape(contents(tab))


@pytest.mark.parametrize(
    "change", [("title", "First"), ("groups", "web"), ("slot", "900")]
)
def test_a_change_of_another_is_not_undone_unseen(tabs, base, database, change):
    first, second = tabs(f"{base}hoard-check-edit?id=3")
    save(first, *change)

    page = save(second, "port", "8443")

    assert status(second) == 422
    assert "Somebody has changed this check meanwhile" in page
    assert stored(database, t.check.c.port, t.check.c.id == 3) is None
    assert second.getControl(name="port").value == "8443"


def test_who_saves_again_means_it(tabs, base, database):
    first, second = tabs(f"{base}hoard-check-edit?id=3")
    save(first, "title", "First")
    save(second, "title", "Second")

    second.getControl("Save").click()

    assert status(second) == 200
    assert stored(database, t.check.c.title, t.check.c.id == 3) == "Second"


def test_one_editor_is_not_held_up(tabs, base, database):
    tab, _other = tabs(f"{base}hoard-check-edit?id=3")

    save(tab, "interval", "2")
    save(tab, "interval", "60")

    assert stored(database, t.check.c.interval, t.check.c.id == 3) == 60


@pytest.mark.parametrize("query", ["kind=rule&name=front", "all=1"])
def test_nor_a_rule_of_another(tabs, base, database, query):
    first, second = tabs(f"{base}hoard-rules-edit?{query}")
    save(first, "text", f"[[rule]]\n{RULES.format('front', 10)}")

    page = save(second, "text", f"[[rule]]\n{RULES.format('front', 20)}")

    expression, own = t.rule.c.expression, t.rule.c.name == "front"
    assert status(second) == 422
    assert "Somebody has changed this meanwhile" in page
    assert "10 %" in stored(database, expression, own)
    second.getControl("Save").click()
    assert "20 %" in stored(database, expression, own)


@pytest.mark.parametrize(
    "page,good,bad",
    [
        ("hoard-check-edit?id=3", ("title", "First"), ("port", "many")),
        (
            "hoard-rules-edit?kind=rule&name=front",
            ("text", f"[[rule]]\n{RULES.format('front', 10)}"),
            ("text", "[[rule"),
        ),
    ],
)
def test_a_typing_error_hides_no_change_of_another(tabs, base, page, good, bad):
    first, second = tabs(f"{base}{page}")
    save(first, *good)
    save(second, *bad)

    page = save(second, *(("port", "") if bad[0] == "port" else good))

    assert "meanwhile" in page
