"""The quick library: what it says is what OpenSSL would have said."""

from collective.hoard.monitoring.checks import http_engine
from collective.hoard.monitoring.checks import libcurl
from collective.hoard.monitoring.checks.http_lane import Lane
from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.reach import networks
from collective.hoard.monitoring.checks.reach import Reach
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.runners import Runners
from collective.hoard.monitoring.checks.surroundings import Surroundings
from dataclasses import replace
from datetime import timedelta
from monitoring.checks.targets import Target
import asyncio
import pytest
import socket
import ssl
import sys
import threading


boringssl = pytest.importorskip("collective.hoard.monitoring.checks.boringssl")

SHAPES = {
    "plain": {},
    "headers": {"headers": {"X-Who": "one", "X-None": ""}},
    "post": {"method": "POST", "body": "grüße"},
    "put": {"method": "PUT", "body": ""},
    "head": {"method": "HEAD"},
    "options": {"method": "OPTIONS"},
    "match": {"expect": "All is well"},
    "no match": {"expect": "Nothing is well"},
    "header match": {"expect_headers": {"X-State": "green"}},
    "json": {"path": "/json", "json": [{"path": "$.state", "equals": "up"}]},
    "status": {"path": "/status/503"},
    "redirects": {"path": "/forever", "redirects": 3},
    "a redirect": {"path": "/forever"},
    "small": {"max_bytes": 3, "expect": "All"},
    "four": {"ip": "4"},
    "reset": {"path": "/reset"},
    "middle": {"path": "/middle"},
    "nothing": {"path": "/nothing"},
    "garbage": {"path": "/garbage"},
    "binary": {"path": "/binary"},
    "headers without end": {"path": "/headers"},
    "hybrid": {"post_quantum": True},
    "no certificate": {"certificate_warn_days": 0, "certificate_crit_days": 0},
}


@pytest.fixture
def carried(monkeypatch):
    """The names of the libraries that carried what has run, in that order."""
    names, begin = [], Lane.begin

    def note(lane, job):
        names.append("quick" if "BoringSSL" in lane.library.name else "thorough")
        begin(lane, job)

    monkeypatch.setattr(Lane, "begin", note)
    return names


@pytest.fixture
def outcomes(certificates):
    """``outcomes(target, times, params, quick=)``: those of one check, in turn.

    `between` is called before each.
    """

    def run(
        target, times, params=None, between=lambda number: None, timeout=20, **around
    ):
        around = Surroundings(ca_file=str(certificates.file), **around)
        spec = CheckSpec(
            1, "https", target.host, target.port, "localhost",
            params=params or {}, timeout=timeout, trusted=True,
        )  # fmt: skip

        async def work():
            runners, found = Runners(around), []
            prepared = prepare(spec, around)
            for number in range(times):
                between(number)
                found.append(await runners.run(prepared))
            await runners.stop(1)
            return found

        return asyncio.run(work())

    return run


def said(outcome):
    return outcome.status, outcome.code, outcome.reason, sorted(outcome.values)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_asks_and_hears_the_same(outcomes, certificates, monkeypatch, shape):
    """Each kind of check, as if all sites were well and proven."""
    found = {}
    for lane in (by_openssl, by_the_other):
        monkeypatch.setattr(http_engine.HttpEngine, "_lane_for", lane)
        with Target(certificates.context()) as target:
            (outcome,) = outcomes(target, 1, SHAPES[shape])
            found[lane] = said(outcome), outcome.text.lower(), asked(target)

    assert found[by_openssl] == found[by_the_other]


def by_openssl(engine, job):
    return engine._lanes[0]


def by_the_other(engine, job):
    assert engine._has_quick()
    return engine._lanes[-1]


def asked(target):
    """What the target saw, but for its port."""
    return [
        (method, path, headers | {"host": headers["host"].partition(":")[0]}, body)
        for method, path, headers, body in target.requests
    ]


def test_a_site_that_is_well_is_asked_quickly_within_the_hour(
    outcomes, certificates, carried
):
    with Target(certificates.context()) as target:
        found = outcomes(target, 15)

    assert [said(one) for one in found] == [("ok", 200, "", ["certificate"])] * 15
    assert carried == ["thorough", *["quick"] * 12, "thorough", "quick"]


def test_the_phases_are_measured(outcomes, certificates):
    with Target(certificates.context()) as target:
        _, quick = outcomes(target, 2)

    assert quick.phases["tls"] > 0
    assert abs(sum(quick.phases.values()) - quick.ms) < 1


def only_ed25519(certificates):
    """BoringSSL's clients take no such certificate, OpenSSL's do."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.made(kind="ed25519"))
    return context


def only_an_old_cipher(certificates):
    """Nor this one, which servers of 2012 may insist on."""
    context = certificates.context(kind="rsa")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-RSA-AES256-SHA384")
    return context


@pytest.mark.parametrize("old", [only_ed25519, only_an_old_cipher])
def test_a_site_that_only_openssl_understands_is_well(
    outcomes, certificates, carried, old
):
    with Target(old(certificates)) as target:
        found = outcomes(target, 15)

    assert {one.status for one in found} == {"ok"}
    # Tried once an hour, each time with an answer of OpenSSL's.
    assert carried == [
        *["thorough", "quick"], *["thorough"] * 13, *["quick", "thorough"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "certificate,words",
    [
        ({"ends": timedelta(days=-5)}, "expired"),
        ({"signed": False}, "certificate"),
        ({"host": "other.example"}, "localhost"),
    ],
)
def test_what_breaks_between_two_thorough_looks_is_seen_at_once(
    outcomes, certificates, carried, certificate, words
):
    context = certificates.context()
    bad = certificates.made(**certificate)

    def between(number):
        if number == 3:
            context.load_cert_chain(bad)

    with Target(context) as target:
        *good, broken = outcomes(target, 4, between=between)

    assert {one.status for one in good} == {"ok"}
    assert (broken.status, broken.code, broken.reason) == ("crit", 0, "tls")
    assert words in broken.text
    assert "the certificate end" in broken.text
    assert carried == ["thorough", "quick", "quick", "quick"]


def test_one_failure_in_between_is_not_tried_away(certificates, outcomes, carried):
    """A site that breaks now and then is told so."""
    context = certificates.context()
    good, bad = certificates.made(), certificates.made(signed=False)

    def between(run):
        context.load_cert_chain(bad if run % 5 == 4 else good)

    with Target(context) as target:
        found = outcomes(target, 10, between=between)

    assert [one.status for one in found] == (["ok"] * 4 + ["crit"]) * 2


def test_an_end_that_is_near_is_not_waited_for(outcomes, certificates, carried):
    with Target(certificates.context(ends=timedelta(days=10))) as target:
        found = outcomes(target, 3)

    assert {one.status for one in found} == {"warn"}
    assert carried == ["thorough"] * 3


def test_without_verification_too(outcomes, certificates, carried):
    with Target(certificates.context(signed=False)) as target:
        found = outcomes(target, 2, {"verify": False})

    assert {one.status for one in found} == {"ok"}
    assert carried == ["thorough", "quick"]


def test_the_reach_holds_for_it(certificates, carried):
    """A redirect inside is stopped at the socket of this library, too."""
    around = Surroundings(
        ca_file=str(certificates.file), reach=Reach(allowed=networks(["127.0.0.1"]))
    )

    async def work(target, paths):
        runners, found = Runners(around), []
        spec = CheckSpec(
            1, "https", "localhost", target.port, "localhost",
            params={"path": "/turn", "redirects": 2, "ip": "4"}, timeout=20,
        )  # fmt: skip
        prepared = prepare(spec, around)
        for path in paths:
            target.turn = path
            found.append(await runners.run(prepared))
        await runners.stop(1)
        return found

    class Turning(Target):
        async def answer_turn(self, writer, headers):
            self.reply(writer, b"", f"Location: {self.turn}", code=302)

    with Turning(certificates.context()) as target:
        inside = f"https://127.0.0.2:{target.port}/fine"
        found = asyncio.run(work(target, ["/fine", "/fine", inside]))

    assert [one and one.status for one in found] == ["ok", "ok", None]
    assert carried == ["thorough", "quick", "quick"]
    assert target.requests[-1][1] == "/turn"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_address_of_a_socket_is_read_as_libcurl_has_it(certificates, host):
    seen = []

    class Watching(Reach):
        def refusal(self, address, trusted=False):
            seen.append(address)
            return None

    around = Surroundings(reach=Watching(), ca_file=str(certificates.file))
    spec = CheckSpec(
        1, "https", host, None, "localhost", {"verify": False, "redirects": 1}
    )

    async def work(port):
        runners, prepared = Runners(around), prepare(replace(spec, port=port), around)
        found = [await runners.run(prepared) for _ in range(2)]
        await runners.stop(1)
        return found

    with Target(certificates.context(), host) as target:
        found = asyncio.run(work(target.port))

    assert {one.status for one in found} == {"ok"}
    assert set(seen) == {host}


def test_a_site_that_is_gone_is_not_asked_twice(outcomes, certificates, carried):
    """What is no matter of TLS says the same by either library."""

    def between(number):
        if number == 1:
            target.__exit__()

    with Target(certificates.context()) as target:
        _, gone = outcomes(target, 2, between=between)

    assert (gone.status, gone.reason) == ("crit", "refused")
    assert carried == ["thorough", "quick"]


def test_silence_in_a_handshake_ends_in_time(certificates, carried, outcomes):
    """A connection that is taken and never answered, where TLS was spoken before."""
    closed = threading.Event()

    def between(number):
        if number == 2:
            target.__exit__()
            silent = socket.create_server((target.host, target.port))
            threading.Thread(target=hold, args=(silent,), daemon=True).start()

    def hold(server):
        with server, server.accept()[0]:
            closed.wait(60)

    with Target(certificates.context()) as target:
        found = outcomes(target, 3, between=between, timeout=3)
    closed.set()

    assert [one.reason for one in found] == ["", "", "timeout"]
    assert carried == ["thorough", "quick", "quick"]
    assert found[-1].ms < 20_000


def test_it_can_be_switched_off(outcomes, certificates, carried):
    with Target(certificates.context()) as target:
        outcomes(target, 3, quick_handshakes=False)

    assert carried == ["thorough"] * 3


@pytest.mark.parametrize("missing", ["curl_cffi", "its libcurl"])
def test_it_need_not_be_there(outcomes, certificates, carried, monkeypatch, missing):
    name = "collective.hoard.monitoring.checks.boringssl"
    monkeypatch.delitem(sys.modules, name)
    if missing == "curl_cffi":
        monkeypatch.setitem(sys.modules, "curl_cffi", None)
    else:
        monkeypatch.setattr("curl_cffi.lib", object())
    # `from . import` would find it there.
    monkeypatch.delattr("collective.hoard.monitoring.checks.boringssl")

    assert libcurl.quick_library() is None
    with Target(certificates.context()) as target:
        assert {one.status for one in outcomes(target, 3)} == {"ok"}
    assert carried == ["thorough"] * 3


def test_an_option_that_it_does_not_know_is_left_to_the_other(
    outcomes, certificates, monkeypatch, caplog
):
    def refuse(curl, option, value):
        raise boringssl.pycurl.error(48, "unknown option")

    monkeypatch.setattr(boringssl.Curl, "setopt", refuse)
    with Target(certificates.context()) as target:
        found = outcomes(target, 3)

    assert {one.status for one in found} == {"ok"}
    assert caplog.text.count("cannot run") == 1
