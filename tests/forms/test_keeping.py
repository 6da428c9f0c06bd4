"""A form and its ledger come and go together."""

from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.submit import submit
from collective.hoard.ledger import get_ledger
from collective.hoard.ledger.interfaces import LedgerMissing
from plone import api
from plone.uuid.interfaces import IUUID
import pytest


def test_an_empty_ledger_goes_with_its_form(form, functional):
    uid = IUUID(form)

    with api.env.adopt_user(username="admin"):
        api.content.delete(form)

    with pytest.raises(LedgerMissing):
        get_ledger(functional["portal"], uid)


def test_submissions_outlive_their_form(form, functional):
    submit(form, {"text": "kept"})
    uid = IUUID(form)

    with api.env.adopt_user(username="admin"):
        api.content.delete(form)

    assert len(get_ledger(functional["portal"], uid)) == 1


def test_a_form_set_back_behind_our_back_gets_its_own_schema_version(form):
    submit(form, {"text": "before"})
    first = form.hoard_definition
    second = {**first, "fieldsets": [{**first["fieldsets"][0], "title": "New"}]}
    form.hoard_definition = second
    submit(form, {"text": "after"})

    ledger = find_ledger(form)
    used = {row.values["text"]: row.schema for row in ledger.iter_rows()}
    assert ledger.schemas[used["before"]] == first
    assert ledger.schemas[used["after"]] == second
