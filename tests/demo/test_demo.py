"""The demo site of ``make start``."""

from collective.hoard.forms.behavior import get_definition
from collective.hoard.forms.export import csv_rows
from collective.hoard.forms.interfaces import IFieldKind
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.outbox import drain_once
from collective.hoard.search.collections import readable
from collective.hoard.search.engine import Search
from plone import api
from plone.app.testing import applyProfile
from plone.uuid.interfaces import IUUID
from zope.component import getUtilitiesFor
import pytest
import transaction


@pytest.fixture
def demo(integration):
    applyProfile(integration["portal"], "collective.hoard:demo")
    return integration["portal"]


def test_the_form_has_every_kind_of_field(demo):
    kinds = {field.kind for field in get_definition(demo.contact).fields}

    assert kinds == {name for name, _kind in getUtilitiesFor(IFieldKind)}


def test_there_are_submissions_that_every_export_can_show(demo):
    ledger = find_ledger(demo.contact)

    assert len(ledger) == 200
    assert len("".join(csv_rows(ledger)).splitlines()) > 200


def test_installed_twice_it_keeps_what_is_there(demo):
    applyProfile(demo, "collective.hoard:demo")

    assert len(find_ledger(demo.contact)) == 200


def test_what_people_sent_can_be_searched(functional):
    demo = functional["portal"]
    applyProfile(demo, "collective.hoard:demo")
    transaction.commit()
    drain_once(demo)
    transaction.begin()

    with api.env.adopt_user(username="editor"):
        collections = readable(demo, [IUUID(demo.contact)])
        search = Search(demo, collections, {"text": "umbrella"})

        assert search.found.total > 0
        assert not search.lag.scanned


def test_the_editor_may_design_and_read(demo):
    with api.env.adopt_user(username="editor"):
        for right in ("Design Form", "View Submissions", "Delete Submissions"):
            permission = f"collective.hoard: {right}"
            assert api.user.has_permission(permission, obj=demo.contact)
