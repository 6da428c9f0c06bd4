"""Whether a selector of a maintenance window means anything."""

from collective.hoard.watch.interfaces import Refused
from collective.hoard.watch.writing import acts
import pytest


SINCE = 1_900_000_000


def add(selector):
    return acts.add_window("x", SINCE, SINCE + 60, "ada", selector)


@pytest.mark.parametrize(
    "selector",
    [
        "*",
        "group:web",
        "group:we*",
        "rule:front",
        '"https://site-01.example.org"',
        "not group:web",
        "kind:https and group:mail",
    ],
)
def test_what_is_there_may_be_in_maintenance(site, selector):
    assert add(selector)


@pytest.mark.parametrize(
    "selector", ["group:wbe", "group:web or group:wbe", "alarm:x", "kind:tcp", "tag:x"]
)
def test_what_is_not_there_may_not(site, selector):
    with pytest.raises(Refused):
        add(selector)
