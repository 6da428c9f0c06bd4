"""What the poller's side refuses is said in the visitor's language."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.secrets import resolve
from collective.hoard.monitoring.checks.surroundings import Surroundings
from collective.hoard.monitoring.interfaces import MonitoringError
from collective.hoard.monitoring.judge.windows import apart
from collective.hoard.monitoring.judge.windows import checked
from collective.hoard.monitoring.judge.windows import Maintenance
from collective.hoard.monitoring.poller.lists import read_row
from collective.hoard.watch import refusals
from collective.hoard.watch.writing import checks
from collective.hoard.watch.writing.rows import of_address
from collective.hoard.watch.writing.rows import read
from forms.browsing import manager
from plone import api
from watch.test_changing import post
from zope.i18n import interpolate
from zope.i18nmessageid import Message
import pytest
import transaction


SITE = {"kind": "https", "host": "a.example.org"}
WINDOW = {"id": 1, "title": "disks", "since": 1_800_000_000, "until": 1_800_003_600}


def row(**more):
    read({**SITE, **more}, True)


def params(kind="https", **values):
    row(kind=kind, params=values)


def window(**more):
    apart(checked(Maintenance(**{**WINDOW, **more})))


def run(kind="https", trusted=True, port=80, **values):
    """What is known to the poller alone."""
    spec = CheckSpec(1, kind, "192.0.2.1", port, "a.org", values, 60, 5, trusted)
    prepare(spec, Surroundings())


def twice():
    checks.read_all([{**SITE, "name": "a"}] * 2, True)


PROVOKED = (
    (row, {"kind": "tcp"}),
    (row, {"kind": "dns", "host": "", "address": "192.0.2.1"}),
    (row, {"kind": "dns", "address": "ns.example.org"}),
    (row, {"kind": "dns", "host": "https://a.example.org/"}),
    (row, {"host": "", "name": "a"}),
    (row, {"host": ""}),
    (row, {"host": "a b"}),
    (row, {"port": 0}),
    (row, {"port": "x"}),
    (row, {"interval": 0}),
    (row, {"interval": "x"}),
    (row, {"timeout": "x"}),
    (row, {"timeout": 4000}),
    (row, {"params": [1]}),
    (row, {"title": 5}),
    (row, {"title": "x" * 600}),
    (row, {"title": "a\nb"}),
    (row, {"name": "x" * 201}),
    (row, {"groups": 5}),
    (row, {"groups": [5]}),
    (row, {"kind": "fax"}),
    (row, {"strange": 1}),
    (row, {"m": 1}),
    (row, {"policy": "m of n"}),
    (row, {"policy": "m_of_n"}),
    (row, {"reference": "x"}),
    (params, {"where": []}),
    (params, {"title": 5}),
    (params, {"path": "x"}),
    (params, {"path": 5}),
    (params, {"path": "/" + "x" * 100_000}),
    (params, {"expect": "a" * 1001}),
    (params, {"expect": "("}),
    (params, {"body": "a\0b"}),
    (params, {"max_bytes": "x"}),
    (params, {"max_bytes": -1}),
    (params, {"verify": "x"}),
    (params, {"method": "LOOK"}),
    (params, {"headers": "x"}),
    (params, {"headers": {f"X-{n}": "a" for n in range(200)}}),
    (params, {"headers": {"a b": "c"}}),
    (resolve, {"reference": "nonsense"}),
    (params, {"json": "x"}),
    (params, {"json": [{"equals": 1}]}),
    (params, {"json": [{"path": "$.a", "warn": 5}]}),
    (params, {"json": [{"path": "$.a", "optional": 5}]}),
    (params, {"json": [{"path": "a..b"}]}),
    (params, {"strange": 1}),
    (params, {"ok": "x"}),
    (params, {"ok": "300-200"}),
    (params, {"thresholds": "x"}),
    (params, {"thresholds": {"a": {"low": "1"}}}),
    (params, {"thresholds": {"a": {"warn": 5}}}),
    (params, {"thresholds": {"a": {"warn": "20:10"}}}),
    (params, {"thresholds": {"a": {"warn": "x"}}}),
    (params, {"thresholds": {"a": {"warn": "~"}}}),
    (params, {"kind": "dns", "expect": 5}),
    (run, {"kind": "exec", "trusted": False, "command": "x"}),
    (run, {"trusted": False, "headers": {"A": "${env:HOME}"}}),
    (run, {"port": 0}),
    (run, {"headers": {"A": "${env:HOME}"}}),
    (read, {"row": [], "trusted": True}),
    (read_row, {"row": {"host": ""}, "around": None, "trusted": True}),
    (of_address, {"url": "ftp://a.example.org"}),
    (of_address, {"url": "http://[a"}),
    (of_address, {"url": "https://me:secret@a.example.org/"}),
    (twice, {}),
    (window, {"until": 1}),
    (window, {"since": -5}),
    (window, {"recurrence": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}),
    (window, {"recurrence": "FREQ=SECONDLY"}),
    (window, {"recurrence": "sometimes"}),
    (window, {"recurrence": "FREQ=HOURLY", "until": WINDOW["since"] + 9000}),
    (window, {"zone": "Mars/Olympus"}),
)


def refusal(job, values):
    """What it says, as the poller's side says it: a list of texts."""
    try:
        job(**values)
    except CheckUnusable as error:
        return [error.args[0]]
    except MonitoringError as error:
        return [str(error)]
    except checks.Refused as error:
        return [
            interpolate(text, getattr(text, "mapping", {}))
            for _, text in error.problems
        ]
    raise AssertionError(f"{job.__name__} {values} is not refused")


@pytest.mark.parametrize("job,values", PROVOKED)
def test_what_is_refused_is_a_message(integration, job, values):
    for text in refusal(job, values):
        found = refusals.said(text)
        assert isinstance(found, Message), text
        assert found.domain == "collective.hoard"
        assert interpolate(found, found.mapping or {}) == text


@pytest.mark.parametrize(
    "text", ["anything else", "", "${key} is new: yes.", "A check needs a port"]
)
def test_other_texts_stay_as_they_are(text):
    assert refusals.said(text) == text
    assert not isinstance(refusals.said(text), Message)


def test_no_message_is_left_behind(integration):
    """Each is said indeed, in just these words."""
    said = {refusals.said(text) for one in PROVOKED for text in refusal(*one)}

    assert {*refusals.FIXED, *refusals.CHANGING} - said == set()


@pytest.fixture
def german(site):
    api.portal.set_registry_record("plone.available_languages", ["de"])
    api.portal.set_registry_record("plone.default_language", "de")
    transaction.commit()


@pytest.mark.parametrize(
    "page,values,words",
    [
        (
            "hoard-checks-import",
            {"text": 'kind;host;params\nhttps;a.example.org;{"ok": "x"}\n'},
            "'x' ist kein Bereich von Statuscodes",
        ),
        (
            "hoard-maintenance",
            {"add": "1", "title": "Platten", "since": "2030-01-01T02:00", "zone": "UTC"}
            | {"until": "2030-01-01T03:00", "recurrence": "FREQ=SECONDLY"},
            "Wartung 'Platten': höchstens stündlich",
        ),
    ],
)
def test_a_form_refuses_in_the_language_of_the_site(site, german, page, values, words):
    address = f"{site['portal'].absolute_url()}/@@{page}"

    assert words in post(manager(site), address, *values.items())
