"""Targets that misbehave: each ends in time, as down, with its reason."""

from collective.hoard.monitoring.checks import http_engine
from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.reach import networks
from collective.hoard.monitoring.checks.reach import Reach
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.surroundings import Surroundings
from monitoring.checks.targets import port_that
from servers.server import free_port
import pytest
import time


@pytest.mark.parametrize(
    "path,reason,params",
    [
        ("/middle", "reset", {}),
        ("/nothing", "reset", {}),
        ("/reset", "reset", {}),
        ("/forever", "protocol", {"redirects": 5}),
        ("/garbage", "protocol", {}),
        ("/headers", "protocol", {}),
    ],
)
def test_no_whole_answer_is_down_with_a_reason(ask, path, reason, params):
    outcome = ask(path, **params)
    assert (outcome.status, outcome.code, outcome.reason) == ("crit", 0, reason)
    assert outcome.text


@pytest.mark.parametrize("path", ["/drip", "/silence"])
def test_what_takes_too_long_ends_at_the_time_out(ask, path):
    began = time.monotonic()
    outcome = ask(path, timeout=1.2)
    assert (outcome.status, outcome.code, outcome.reason) == ("crit", 0, "timeout")
    assert outcome.text
    # The drip never ends, the silence lasts a minute.
    assert time.monotonic() - began < 20


def test_a_gigabyte_is_not_read(ask, target):
    outcome = ask("/gigabyte", expect="^well well", max_bytes=100_000)
    assert outcome.status == "ok"
    # What the sockets' buffers take is sent; a gigabyte is not.
    assert target.sent < 50_000_000


def test_binary_headers_are_an_answer_like_any_other(ask):
    outcome = ask("/binary", expect_headers={"Content-Type": "."})
    assert outcome.reason in {"match", "protocol"}
    outcome.text.encode()


def test_nobody_listens(run):
    port = free_port()
    outcome = run("http", "127.0.0.1", port)
    assert (outcome.code, outcome.reason) == (0, "refused")


def test_a_name_that_does_not_exist(run):
    outcome = run("http", "nosuch.invalid", 80)
    assert (outcome.code, outcome.reason) == (0, "resolve")


def test_plain_http_on_a_tls_port(run):
    async def talk(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    with port_that(talk) as port:
        outcome = run("https", "127.0.0.1", port)
    assert (outcome.code, outcome.reason) == (0, "tls")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "fec0::1",
        "fe80::1",
        "fd00::1",
        "0.0.0.0",
        "224.0.0.1",
        "100.64.0.1",
    ],
)
def test_an_untrusted_check_may_not_look_inside(address):
    with pytest.raises(CheckUnusable, match="not a public address"):
        prepare(CheckSpec(1, "http", address), Surroundings())


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f000001"])
def test_a_name_that_leads_inside_is_stopped_at_the_socket(run, target, name):
    before = len(target.requests)
    assert run("http", name, target.port, trusted=False) is None
    assert len(target.requests) == before


def test_a_redirect_inside_is_stopped_at_the_socket(ask, target):
    open_to_it = Reach(allowed=networks(["127.0.0.1/32"]))
    path = f"/away/127.0.0.2/{target.port}"
    outcome = ask(
        path, around=Surroundings(reach=open_to_it), trusted=False, redirects=3
    )
    assert outcome is None


def test_a_setting_opens_a_network(ask):
    around = Surroundings(reach=Reach(allowed=networks(["127.0.0.0/8"])))
    assert ask("/fine", around=around, trusted=False).status == "ok"


def test_what_is_denied_is_closed_to_managers_too():
    around = Surroundings(reach=Reach(denied=networks(["169.254.0.0/16"])))
    with pytest.raises(CheckUnusable, match="closed to all"):
        prepare(CheckSpec(1, "http", "169.254.169.254", trusted=True), around)


def test_a_fault_of_ours_is_one_of_that_check_alone(ask, monkeypatch):
    def broken(*args):
        raise ValueError("never thought of")

    monkeypatch.setattr(http_engine, "outcome_of", broken)
    outcome = ask("/")

    assert (outcome.status, outcome.reason) == ("crit", "protocol")
    assert "never thought of" in outcome.text


def test_the_engine_goes_on_after_a_fault(ask, monkeypatch):
    """What fails outside of any check is tried again."""
    collect, faults = http_engine.HttpEngine._collect, []

    def stumble(engine):
        if not faults:
            faults.append(1)
            raise RuntimeError("never thought of")
        collect(engine)

    monkeypatch.setattr(http_engine.HttpEngine, "_collect", stumble)

    assert ask("/").status == "ok"
    assert faults
