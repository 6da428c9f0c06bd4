"""Removing submissions: chosen ones, up to one, or those whose time is over."""

from collective.hoard.forms.interfaces import ISubmissionsRemoved
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.removal import BATCH
from collective.hoard.forms.removal import expire
from collective.hoard.forms.removal import remove
from collective.hoard.forms.removal import remove_up_to
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from plone import api
from zope.component import getSiteManager
import pytest


NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def form(integration):
    with api.env.adopt_roles(["Manager"]):
        return api.content.create(integration["portal"], "HoardForm", "form")


@pytest.fixture
def events():
    found = []
    manager = getSiteManager()
    manager.registerHandler(found.append, [ISubmissionsRemoved])
    yield found
    manager.unregisterHandler(found.append, [ISubmissionsRemoved])


def add(form, *ages):
    """Rows that are *ages* days old at `NOW`; their keys."""
    ledger = find_ledger(form)
    keys = []
    for age in ages:
        moment = int((NOW - timedelta(days=age)).timestamp() * 1000)
        ledger.clock = lambda moment=moment: moment
        keys.append(ledger.add({"a": str(age)}, schema=0))
    return keys


def left(form):
    return [row.values["a"] for row in find_ledger(form).iter_rows()]


def test_chosen_ones_are_removed_and_told(form, events):
    one, two, three = add(form, 3, 2, 1)

    assert remove(form, iter([one, three])) == 2
    assert left(form) == ["2"]
    assert [event.keys for event in events] == [(one, three)]


def test_unknown_keys_remove_nothing_and_tell_nobody(form, events):
    add(form, 1)

    assert remove(form, [7, 2**63 - 1]) == 0
    assert (left(form), events) == (["1"], [])


def test_what_came_after_the_look_is_kept(form):
    keys = add(form, 3, 2, 1)

    assert remove_up_to(form, keys[1]) == 2
    assert left(form) == ["1"]


def test_without_retention_all_are_kept(form):
    add(form, 20000, 1)

    assert expire(form, NOW) == 0
    assert len(left(form)) == 2


def test_those_whose_time_is_over_go(form, events):
    form.hoard_retention_days = 30
    add(form, 31, 30.001, 29.999, 0)

    assert expire(form, NOW) == 2
    assert left(form) == ["29.999", "0"]
    assert len(find_ledger(form)) == 2
    assert len(events) == 1


def test_the_time_is_over_at_the_very_millisecond_after(form):
    form.hoard_retention_days = 1
    add(form, 1)

    assert expire(form, NOW) == 0
    assert expire(form, NOW + timedelta(milliseconds=2)) == 1


def test_a_long_retention_is_no_error(form):
    form.hoard_retention_days = 36500
    add(form, 1)

    assert expire(form, NOW) == 0


def test_many_go_in_batches_each_of_its_own_transaction(form):
    form.hoard_retention_days = 1
    add(form, *[2] * (BATCH + 1), 0)
    commits = []

    assert (
        expire(form, NOW, lambda: commits.append(len(find_ledger(form)))) == BATCH + 1
    )
    assert commits[-2:] == [2, 1]


def test_all_old_tokens_are_forgotten_however_many(form):
    ledger = find_ledger(form)
    old = int((NOW - timedelta(days=3)).timestamp() * 1000)
    young = int(NOW.timestamp() * 1000)
    for number in range(5005):
        token = (old + number) << 20
        ledger.add({"a": "x"}, schema=0, token=token)
    ledger.add({"a": "x"}, schema=0, token=young << 20)

    expire(form, NOW)

    assert ledger.expire_tokens(NOW - timedelta(days=2)) == 0
    assert ledger.expire_tokens(NOW + timedelta(days=1)) == 1


def test_a_form_without_ledger_has_nothing_to_remove(form):
    from collective.hoard.ledger import remove_ledger

    remove_ledger(api.portal.get(), api.content.get_uuid(form))

    assert (remove(form, [1]), remove_up_to(form, 1), expire(form, NOW)) == (0, 0, 0)
