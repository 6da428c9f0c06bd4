"""What plone.observability shows of us."""

from collective.hoard.outbox import mark
from collective.hoard.testing.samples import browser
from plone.observability.interfaces import IReadinessCheck
from prometheus_client.parser import text_string_to_metric_families
from zope.component import getUtility
from zope.component.hooks import setSite
import plone.observability as observability
import pytest
import re
import transaction


@pytest.fixture
def loaded(functional):
    from zope.configuration import xmlconfig

    setSite(None)
    context = functional["configurationContext"]
    xmlconfig.file("configure.zcml", observability, context)
    setSite(functional["portal"])


@pytest.fixture
def families(functional, loaded):
    """The metrics of ``/@@metrics``, by name."""
    mark(functional["portal"], 'web:"a"{}\\', "uid", 1)
    transaction.commit()
    machine = browser(functional["app"])
    machine.open(f"{functional['app'].absolute_url()}/@@metrics")
    return {one.name: one for one in text_string_to_metric_families(machine.contents)}


def test_the_outbox_is_among_the_metrics(families):
    (sample,) = families["hoard_outbox_pending"].samples
    assert (sample.value, sample.labels["site"]) == (1, "plone")
    (sample,) = families["hoard_outbox_target_pending"].samples
    assert sample.labels["target"] == "web_a_"


def test_labels_and_names_are_harmless(families):
    ours = [f for name, f in families.items() if name.startswith("hoard_")]
    labels = {v for one in ours for s in one.samples for v in s.labels.values()}

    assert ours and all(re.fullmatch(r"\w+", one, re.ASCII) for one in labels)


def test_the_site_is_ready_without_other_services(functional):
    check = getUtility(IReadinessCheck, "collective.hoard")

    assert check()[0] is True
