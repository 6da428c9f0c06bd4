"""Ledgers come, are found, and go; at the site root, not on the form."""

from collective.hoard.ledger import create_ledger
from collective.hoard.ledger import get_ledger
from collective.hoard.ledger import iter_ledgers
from collective.hoard.ledger import remove_ledger
from collective.hoard.ledger.interfaces import LedgerMissing
from collective.hoard.ledger.interfaces import NewerLayout
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from zope.annotation.interfaces import IAnnotations
import pytest
import transaction


def test_a_new_ledger_is_empty_and_knows_its_form(site):
    ledger = create_ledger(site, "form", "Contact")

    assert (ledger.form_uid, ledger.title, len(ledger)) == ("form", "Contact", 0)
    assert timedelta(0) <= datetime.now(UTC) - ledger.created < timedelta(minutes=1)
    assert ledger.schemas == {} and ledger.current_schema() == 0


def test_creating_twice_gives_the_same_ledger(site, ledger, fill):
    fill(3)
    assert len(create_ledger(site, "form", "Contact")) == 3


def test_creating_again_writes_nothing(site, ledger, connection):
    create_ledger(site, "form", "Contact")
    assert not connection._registered_objects


def test_creating_again_brings_the_title_up_to_date(site, ledger):
    create_ledger(site, "form", "Contact us")
    assert get_ledger(site, "form").title == "Contact us"


@pytest.mark.parametrize("arguments", [(None,), ("",), (b"form",), ("form", None)])
def test_form_uid_and_title_are_strings(site, connection, arguments):
    with pytest.raises(TypeError):
        create_ledger(site, *arguments)
    assert not connection._registered_objects


def test_a_missing_ledger_is_not_made_by_asking(site, connection):
    with pytest.raises(LedgerMissing):
        get_ledger(site, "form")
    with pytest.raises(LedgerMissing):
        remove_ledger(site, "form")
    assert list(iter_ledgers(site)) == []
    assert not connection._registered_objects


def test_all_ledgers_are_listed_by_uid(site):
    for form_uid in ("b", "c", "a"):
        create_ledger(site, form_uid)
    assert [ledger.form_uid for ledger in iter_ledgers(site)] == ["a", "b", "c"]


def test_a_removed_ledger_is_gone_with_all_its_objects(site, ledger, fill, db):
    transaction.commit()
    fill(100)
    remove_ledger(site, "form")
    transaction.commit()
    db.pack()

    with pytest.raises(LedgerMissing):
        get_ledger(site, "form")
    assert len(db.storage) <= 5


def test_a_ledger_of_a_newer_version_is_left_alone(site, ledger, connection):
    IAnnotations(site)["collective.hoard.ledgers"]["form"]["version"] = 2
    transaction.commit()

    for call in (get_ledger, create_ledger, remove_ledger):
        with pytest.raises(NewerLayout, match="layout 2"):
            call(site, "form")
    with pytest.raises(NewerLayout):
        list(iter_ledgers(site))
    assert not connection._registered_objects


def test_an_empty_ledger_is_small(site, db):
    create_ledger(site, "first")
    transaction.commit()
    before = db.storage.getSize()
    create_ledger(site, "form")
    transaction.commit()
    assert db.storage.getSize() - before < 15_000
