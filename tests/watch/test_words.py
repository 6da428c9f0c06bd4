"""What the pages say, in whose language: numbers, reasons, refusals, titles."""

from bs4 import BeautifulSoup
from collective.hoard.watch import words
from collective.hoard.watch.writing import checks
from forms.browsing import contents
from plone import api
from watch.conftest import configure
import pytest
import transaction


class Request(dict):
    """All that is asked of one here."""


GERMAN = Request(LANGUAGE="de")


@pytest.mark.parametrize(
    "language,shown",
    [("de", "93,596 %"), ("en", "93.596 %"), ("de-at", "93,596 %"), ("xx", "93.596 %")],
)
def test_the_separator_is_that_of_the_language(language, shown):
    assert words.percent(0.93596, Request(LANGUAGE=language)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "up(group:bad) is 33.33 % (2 of 6), wanted >= 50 %",
        "avg(ms @ group:shop, 10 min) is unknown (0 of 6), wanted < 1500",
        "group:library: 6 of 7 up, wanted all",
        "up(a) is 1 (1 of 2), wanted >= 2; group:b: 0 of 1 up, wanted all",
    ],
)
def test_reasons_of_rules_are_messages(text, monkeypatch):
    found = []
    monkeypatch.setattr(
        words, "translate", lambda message, **_: found.append(message) or "said"
    )

    assert set(words.of_rule(text, GERMAN).split("; ")) == {"said"}
    assert all(message.domain == "collective.hoard" for message in found)


@pytest.mark.parametrize("text", ["", "anything; else", "it is so"])
def test_other_texts_stay_as_they_are(text):
    assert words.of_rule(text, GERMAN) == text


def test_a_reason_of_a_rule_loses_nothing():
    text = "up(group:bad) is 33.33 % (2 of 6), wanted >= 50 %"

    assert words.of_rule(text, None) == text


def soup_of(user, site, name):
    user.open(f"{site['portal'].absolute_url()}/@@{name}")
    return BeautifulSoup(contents(user), "html.parser")


PAGES = {
    "hoard-monitoring": "Overview",
    "hoard-check/2": "Site 01",
    "hoard-availability": "Availability",
    "hoard-rules": "Rules",
    "hoard-rules-edit": "Rules, alarms and contacts",
    "hoard-incidents": "Incidents",
    "hoard-incidents/1": "Site 03",
    "hoard-maintenance": "Maintenance",
    "hoard-check-edit": "Add check",
    "hoard-check-edit?id=2": "Edit “Site 01”",
    "hoard-checks-import": "Import",
    "hoard-status": "Status",
    "hoard-monitoring-settings": "Monitoring",
    "hoard-metering": "Metering",
    "hoard-outbox": "Outbox",
    "hoard-connections": "Connections",
}


@pytest.mark.parametrize("name", PAGES)
def test_each_page_has_a_title_of_its_own(site, user, name):
    configure(public=True, public_groups=["web"])

    title = soup_of(user, site, name).title.text

    assert title == f"{PAGES[name]} — {api.portal.get().title}"


def test_a_hostile_name_stays_a_text_in_the_title(site, user):
    assert "<script>alert" in soup_of(user, site, "hoard-check/6").title.text


def test_the_front_page_has_its_own_title(site, user):
    assert "—" not in soup_of(user, site, "sitemap").title.text


def test_an_edited_check_is_not_a_new_one(site, user):
    for name, current in (("", 1), ("?id=2", 0)):
        found = soup_of(user, site, f"hoard-check-edit{name}")
        assert len(found.select(".hoard-nav [aria-current=page]")) == current


def test_dates_of_the_report_are_those_of_the_language(site, user):
    lead = soup_of(user, site, "hoard-availability?since=2026-01-02&until=2026-01-03")

    assert "2026-01-02" not in lead.find(class_="lead").text
    assert "Jan 02, 2026" in lead.find(class_="lead").text


def test_a_long_text_is_shortened_and_can_be_opened(site, user):
    text = "All of it. " * 350
    number = checks.add({"kind": "passive", "name": "wordy"})
    say(text)

    found = soup_of(user, site, f"hoard-check/{number}").find("details")

    assert len(found.summary.text) < 250
    assert found.find(class_="hoard-said").text.strip() == text.strip()


def say(text):
    from collective.hoard.monitoring.database.engine import open_engine
    from collective.hoard.monitoring.history.store import Store
    from collective.hoard.monitoring.interfaces import Sample
    from collective.hoard.watch.settings import database_url
    import time

    engine = open_engine(database_url())
    Store(engine).record([Sample("wordy", "local", time.time() - 5, "ok", text=text)])
    engine.dispose()


def test_an_unknown_group_of_the_wall_is_named(site, user):
    found = soup_of(user, site, "hoard-wall?group=nope<b>")

    assert "There is no group “nope<b>”." in found.find(class_="wall-words").text


def test_an_unknown_public_group_is_named(site, user):
    soup_of(user, site, "hoard-monitoring-settings")
    control = f"{PREFIX}public_groups"
    user.getControl(name=control).value = "web\nnope"
    user.getControl(name="form.buttons.save").click()

    said = BeautifulSoup(contents(user), "html.parser").find(class_="alert-warning")
    assert "will not show: nope." in said.text
    transaction.begin()


PREFIX = "form.widgets."
