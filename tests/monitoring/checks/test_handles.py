"""Transfers use handles again: nothing of one check may reach another."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.runners import Runners
from collective.hoard.monitoring.checks.surroundings import Surroundings
import asyncio
import itertools
import pytest


SHAPES = {
    "plain": {},
    "another path": {"path": "/fine/two"},
    "host": {"name": "shop.example"},
    "another host": {"name": "other.example"},
    "post": {"method": "POST", "body": "hello"},
    "another post": {"method": "POST", "body": "good bye"},
    "head": {"method": "HEAD"},
    "headers": {"headers": {"X-Who": "one"}},
    "other headers": {"headers": {"X-Who": "two"}},
    "match": {"expect": "All is well"},
    "no match": {"expect": "Nothing is well"},
    "header match": {"expect_headers": {"X-State": "green"}},
    "redirects": {"path": "/forever", "redirects": 3},
    "no redirects": {"path": "/forever"},
    "small": {"max_bytes": 3, "expect": "All"},
    "reset": {"path": "/reset"},
}


def spec(target, name):
    params = {"path": "/fine", **SHAPES[name]}
    host = params.pop("name", "")
    return CheckSpec(name, "http", target.host, target.port, host, params, trusted=True)


@pytest.fixture
def run(target):
    """``run(names, flight)``: [(outcome, what the target saw)], one by one."""

    def run_all(names, flight=1):
        async def work():
            around, found = Surroundings(), []
            runners = Runners(around, http=flight)
            plans = {name: prepare(spec(target, name), around) for name in SHAPES}
            for name in names:
                del target.requests[:]
                outcome = await runners.run(plans[name])
                found.append((said(outcome), seen(target)))
            await runners.stop(1)
            return found

        return asyncio.run(work())

    return run_all


def said(outcome):
    return outcome.status, outcome.code, outcome.reason, outcome.text


def seen(target):
    return [
        (method, path, {k: headers.get(k) for k in ("host", "x-who")}, body)
        for method, path, headers, body in target.requests
    ]


@pytest.mark.parametrize("flight", [1, 50])
def test_each_check_is_what_it_is_alone_whatever_ran_before(run, flight):
    alone = {name: run([name])[0] for name in SHAPES}
    pairs = [name for pair in itertools.permutations(SHAPES, 2) for name in pair]
    for name, found in zip(pairs, run(pairs, flight), strict=True):
        assert found == alone[name], name


def test_headers_of_one_are_not_sent_by_another(run):
    first, second, third = run(["headers", "plain", "other headers"])
    assert first[1][0][2]["x-who"] == "one"
    assert second[1][0][2]["x-who"] is None
    assert third[1][0][2]["x-who"] == "two"
