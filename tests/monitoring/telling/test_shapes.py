"""What is written down of contacts and policies, and what can be none."""

from collective.hoard.monitoring.interfaces import MonitoringError
from collective.hoard.monitoring.judge.interfaces import WrongSettings
from collective.hoard.monitoring.telling import entries
from collective.hoard.monitoring.telling.policies import make_contact
from monitoring_world import MONDAY
import pytest


ANNA = {"name": "anna", "channel": "mail", "address": "anna@example.org"}


@pytest.mark.parametrize(
    "change",
    [
        {"address": "a@b\nBcc: x@y"},
        {"address": "a@b\r\nBcc: x@y"},
        {"address": "a@b\u2028x"},
        {"name": "anna\nBcc: x@y"},
        {"name": "anna\x1b[2J"},
        {"zone": "Europe/Berlin\n"},
        {"settings": {"secret": "env:X\nY"}},
        {"settings": {"headers": {"X-A": "1\r\nX-B: 2"}}},
        {"settings": {"headers": {"X-A\nX-B": "2"}}},
    ],
)
def test_control_characters_are_refused(change):
    with pytest.raises(WrongSettings, match="one line"):
        make_contact({**ANNA, **change})


@pytest.mark.parametrize("address", ["anna", "anna@", "a@b c", "a@b, c@d"])
def test_a_mail_address_is_one(address):
    with pytest.raises(WrongSettings, match="no mail address"):
        make_contact({**ANNA, "address": address})


@pytest.mark.parametrize(
    "document,words",
    [
        ({"contact": [{**ANNA, "address": "a@b\nBcc: x@y"}]}, "one line"),
        ({"group": [{"name": "a\nb"}]}, "one line"),
        ({"group": [{"name": "a", "title": "a\tb"}]}, "one line"),
        (
            {"contact": [ANNA], "policy": [{"name": "p\n", "contacts": ["anna"]}]},
            "one line",
        ),
        ({"group": [{"name": "a", "public": "no"}]}, "true or false"),
        (
            {"rule": [{"name": "r", "expression": "up(*) >= 1", "enabled": "false"}]},
            "true or false",
        ),
    ],
)
def test_nothing_of_such_a_document_is_stored(site, document, words):
    with (
        pytest.raises(MonitoringError, match=words),
        site.store.writing() as connection,
    ):
        entries.write(connection, document, MONDAY)

    assert site.ask("SELECT * FROM contact") == site.ask("SELECT * FROM group_") == []


def test_an_expression_may_have_lines(site):
    site.add("a")
    rule = {"name": "r", "expression": "up(*)\n  >= 1"}

    with site.store.writing() as connection:
        assert entries.write(connection, {"rule": [rule]}, MONDAY) == {"rule": 1}
