"""/metrics and /lamp.json of a running poller."""

from collective.hoard.monitoring.outs.openmetrics import CONTENT_TYPE
from monitoring.poller.running import Running
from monitoring.poller.running import Site
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from urllib.error import HTTPError
from urllib.request import Request
from urllib.request import urlopen
import json
import pytest


@pytest.fixture
def poller(tmp_path):
    """``poller(**http)``: the address of a running poller."""
    started = []

    def start(**http):
        site = Site(tmp_path / "monitoring.db")
        site.add("web")
        started.append(Running(site, http=http).__enter__())
        return f"http://127.0.0.1:{started[-1].service.server.port}"

    yield start
    for one in started:
        one.__exit__()


def get(url, **headers):
    """``(status, content type, text)``"""
    try:
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except HTTPError as error:
        return error.code, "", error.read().decode()


def test_this_machine_may_ask(poller):
    url = poller()

    status, kind, text = get(f"{url}/metrics")

    assert (status, kind) == (200, CONTENT_TYPE)
    families = {one.name for one in text_string_to_metric_families(text)}
    assert {"hoard_checks", "hoard_check_status"} <= families
    status, _kind, text = get(f"{url}/lamp.json?leds=4")
    assert len(json.loads(text)["strip"]) == 4
    assert get(f"{url}/lamp.json?leds=%C2%B2")[0] == 200


def test_a_group_that_there_is_not_is_said_so(poller):
    status, _kind, text = get(f"{poller()}/lamp.json?group=nope")

    assert (status, json.loads(text)) == (404, {"error": "There is no group 'nope'."})


def test_nobody_asks_through_a_proxy(poller):
    url = poller()

    assert get(f"{url}/metrics", **{"X-Forwarded-For": "127.0.0.1"})[0] == 401


def test_with_a_secret_it_has_to_be_shown(poller):
    url = poller(metrics_secret="a secret of this test")

    assert get(f"{url}/metrics")[0] == 401
    assert get(f"{url}/metrics", Authorization="Bearer wrong")[0] == 401
    shown = "Bearer a secret of this test"
    assert get(f"{url}/metrics", Authorization=shown)[0] == 200
