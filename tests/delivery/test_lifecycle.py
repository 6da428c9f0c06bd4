"""Rules travel with their form; and what happens where there are none."""

from collective.hoard.delivery.receipts import may_have_receipt
from collective.hoard.delivery.stored import stored_rules
from collective.hoard.outbox import outbox_state
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from delivery.conftest import give_rules
from delivery.conftest import notification
from delivery.conftest import receipt
from delivery.conftest import rules
from delivery.conftest import send
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import status
from plone import api
from Products.CMFCore.utils import getToolByName
import json
import pytest
import transaction


def test_a_copy_has_the_rules_of_its_original(form):
    give_rules(form, notification())
    with api.env.adopt_user(username="admin"):
        copy = api.content.copy(form, id="copy")
    copy.hoard_rules["rules"][0]["title"] = "changed"

    assert stored_rules(copy)["rules"][0]["id"] == "tell"
    assert stored_rules(form)["rules"][0].get("title") is None


def test_an_old_version_brings_its_rules_back(form):
    repository = getToolByName(form, "portal_repository")
    with api.env.adopt_user(username="admin"):
        give_rules(form, notification())
        repository.save(form)
        give_rules(form, receipt())
        repository.save(form)
        repository.revert(form, 0)

    assert [r["id"] for r in stored_rules(form)["rules"]] == ["tell"]


def test_the_rest_api_shows_rules_to_those_who_design(functional, form):
    give_rules(form, notification())
    found = manager(functional)
    found.addHeader("Accept", "application/json")
    found.open(form.absolute_url())

    assert status(found) == 200
    assert json.loads(found.contents)["hoard_rules"]["rules"][0]["id"] == "tell"


def test_visitors_do_not_see_rules_in_the_rest_api(functional, form):
    give_rules(form, notification())
    found = browser(functional)
    found.addHeader("Accept", "application/json")
    found.open(form.absolute_url())

    assert status(found) == 200
    assert "office@example.org" not in contents(found)


def test_bad_rules_are_refused_whatever_the_way(form):
    from collective.hoard.delivery.behavior import IFormRules
    from collective.hoard.delivery.behavior import RulesInvalid

    field = IFormRules["hoard_rules"]
    field.validate(rules(notification()))
    with pytest.raises(RulesInvalid):
        field.validate(rules(notification(target="nonsense")))


def test_unusable_rules_keep_nobody_from_sending(form, caplog):
    form.hoard_rules = {"version": 99, "rules": "?"}
    transaction.commit()

    assert send(form, name="Ada")
    assert "not usable" in caplog.text


def test_without_rules_nothing_is_written(form):
    send(form, name="Ada")

    assert outbox_state(api.portal.get())["mail"].pending == 0


def test_a_form_made_by_hand_has_no_rules_and_no_error(form):
    form.aq_base.__dict__.pop("hoard_rules", None)
    form._p_changed = True
    transaction.commit()

    assert send(form, name="Ada")
    assert stored_rules(form) == rules()


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_receipts_are_counted_for_a_day_and_forgotten(form):
    site = api.portal.get()

    def may(hours, address="ada@example.org"):
        return may_have_receipt(site, address, NOW + timedelta(hours=hours), 2)

    assert [may(0), may(1), may(2)] == [True, True, False]
    assert may(2, "eva@example.org")
    assert [may(23.9), may(24.1), may(24.2), may(25.1)] == [False, True, False, True]
    assert may(100)
    days = site.__annotations__["collective.hoard.delivery.receipts"]
    assert list(days) == ["2026-11-26"]
    stored = str([list(shard.items()) for shard in days["2026-11-26"]])
    assert "ada" not in stored


def test_no_receipts_when_the_limit_is_zero(form):
    assert not may_have_receipt(api.portal.get(), "a@example.org", NOW, 0)
