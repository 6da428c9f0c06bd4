"""The list of submissions."""

from bs4 import BeautifulSoup
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from datetime import datetime
from datetime import UTC
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


def visit(browser, form, query=""):
    browser.open(f"{form.absolute_url()}/@@hoard-submissions{query}")
    return BeautifulSoup(browser.contents, "html.parser")


def names(soup):
    cells = soup.select('table td[data-title="Your name"]')
    return [cell.get_text() for cell in cells]


def test_nothing_yet_says_what_to_do(form, manager):
    soup = visit(manager, form)

    assert "Nobody has sent this form yet." in soup.get_text()
    assert soup.find("a", href=form.absolute_url(), string="Open the form")


def test_newest_first_and_counted(form, manager):
    add_rows(form, 3)
    transaction.commit()

    soup = visit(manager, form)

    assert names(soup) == ["visitor 2", "visitor 1", "visitor 0"]
    assert "3 in all" in soup.select_one("#content .lead").get_text()


def test_paged_by_key_both_ways(form, manager):
    add_rows(form, 45)
    transaction.commit()

    first = names(visit(manager, form))
    manager.getLink("Older submissions").click()
    manager.getLink("Older submissions").click()
    last = names(BeautifulSoup(manager.contents, "html.parser"))
    assert "Older submissions" not in manager.contents
    manager.getLink("Newer submissions").click()
    middle = names(BeautifulSoup(manager.contents, "html.parser"))

    assert first == [f"visitor {n}" for n in range(44, 24, -1)]
    assert middle == [f"visitor {n}" for n in range(24, 4, -1)]
    assert last == [f"visitor {n}" for n in range(4, -1, -1)]


def test_times_are_those_of_the_site(form, manager, functional):
    functional["portal"].portal_registry["plone.portal_timezone"] = "Asia/Tokyo"
    add_row(form, {"name": "x"}, datetime(2026, 3, 1, 22, 30, tzinfo=UTC))
    transaction.commit()

    soup = visit(manager, form)

    # 22:30 in UTC is half past seven of the next day in Tokyo.
    assert "Mar 02, 2026 07:30 AM" in soup.select_one("#content table").get_text()


def test_a_span_of_time(form, manager):
    for day in (1, 2, 3, 4):
        add_row(form, {"name": f"day {day}"}, datetime(2026, 3, day, 12, tzinfo=UTC))
    transaction.commit()

    soup = visit(manager, form, "?since=2026-03-02&until=2026-03-03")

    assert names(soup) == ["day 3", "day 2"]
    assert not soup.select(".page-link")


def test_paging_stays_within_the_span(form, manager):
    for day in range(1, 8):
        add_row(form, {"name": f"day {day}"}, datetime(2026, 3, day, 12, tzinfo=UTC))
    transaction.commit()

    first = names(visit(manager, form, "?since=2026-03-02&until=2026-03-06&size=3"))
    manager.getLink("Older submissions").click()
    second = names(BeautifulSoup(manager.contents, "html.parser"))

    assert first == ["day 6", "day 5", "day 4"]
    assert second == ["day 3", "day 2"]
    assert "Older submissions" not in manager.contents


@pytest.mark.parametrize("name", ["before", "after", "size", "since", "until"])
@pytest.mark.parametrize(
    "value",
    [
        "-1",
        "9" * 30,
        str(2**63),
        "abc",
        "1e3",
        "%FF%FE",
        "%00",
        "0x10",
        "%D9%A3",
        "<b>",
        "1;2",
    ],
)
def test_parameters_that_make_no_sense(form, manager, name, value):
    add_rows(form, 2)
    transaction.commit()

    soup = visit(manager, form, f"?{name}={value}")

    assert status(manager) == 200
    assert names(soup) == ["visitor 1", "visitor 0"]
    assert f"“{name}” in the address" in soup.get_text()
    assert "<b>" not in manager.contents


@pytest.mark.parametrize(
    "query",
    [
        "?size=0",
        "?size=501",
        "?size:int=3",
        "?before:list=3",
        "?before.x:record=3",
        "?before=1&before=2",
        "?since=2026-02-30",
        "?until=9999-12-31",
        "?since=0001-01-01",
        f"?before={2**63 - 1}",
        "?since=2026-01-01T25:00",
    ],
)
def test_parameters_at_the_edge(form, manager, query):
    add_rows(form, 2)
    transaction.commit()

    soup = visit(manager, form, query)

    assert status(manager) == 200
    assert names(soup) == ["visitor 1", "visitor 0"]


@pytest.mark.parametrize("query", ["?before=0", f"?after={2**63 - 1}", "?before=1"])
def test_a_page_beyond_the_end(form, manager, query):
    add_rows(form, 2)
    transaction.commit()

    soup = visit(manager, form, query)

    assert status(manager) == 200
    assert "There are no submissions here." in soup.get_text()
    assert soup.find("a", string="Show all")


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def test_markup_is_text_everywhere(functional, manager):
    data = definition(field("name", title=HOSTILE))
    form = make_form("hostile", data, title=HOSTILE)
    key = add_row(form, {"name": HOSTILE})
    transaction.commit()

    for path in (
        "@@hoard-submissions",
        f"@@hoard-submissions/{key}",
        f"@@hoard-delete-submissions?keys={key}",
        "@@hoard-delete-submissions?all=1",
        "@@hoard-export?format=nonsense",
    ):
        manager.open(f"{form.absolute_url()}/{path}")
        assert "<script>alert" not in manager.contents
        assert "<img src=x" not in manager.contents


def test_long_values_are_cut(form, manager):
    add_row(form, {"name": "word " * 1000})
    transaction.commit()

    (name,) = names(visit(manager, form))

    assert len(name) <= 80
    assert name.endswith("…")


def test_columns_are_those_of_today(form, manager):
    from collective.hoard.forms.keeping import set_definition

    add_row(form, {"name": "old", "message": "m"})
    today = definition(field("city", title="City"), field("name", title="Your name"))
    set_definition(form, today)
    transaction.commit()

    soup = visit(manager, form)

    titles = [th.get_text().strip() for th in soup.select("#content thead th")]
    assert titles == ["Select", "Submitted", "City", "Your name"]


def test_every_control_has_a_name(form, manager):
    add_rows(form, 1)
    transaction.commit()

    soup = visit(manager, form).select_one("#content")

    for control in soup.select("input:not([type=hidden])"):
        label = soup.find("label", attrs={"for": control.get("id")})
        assert control.get("aria-label") or (control.get("id") and label)
    assert all(button.get_text().strip() for button in soup.select("button"))
