"""Certificates: until when, also of those that nobody should trust."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.libcurl import OFFERS_HYBRID
from collective.hoard.monitoring.checks.libcurl import offers_hybrid
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.runners import Runners
from collective.hoard.monitoring.checks.surroundings import Surroundings
from dataclasses import replace
from datetime import timedelta
from monitoring.checks.targets import Target
import asyncio
import pytest
import socket
import threading


@pytest.fixture
def shown(run, certificates):
    """``shown(kind, params, **certificate)``: the outcome of checking it."""

    def show(kind, params=None, **certificate):
        around = Surroundings(ca_file=str(certificates.file))
        with Target(certificates.context(**certificate)) as target:
            return run(
                kind,
                target.host,
                target.port,
                around,
                name="localhost",
                params=params or {},
            )

    return show


@pytest.mark.parametrize("kind", ["https", "tls"])
def test_a_good_certificate(shown, kind):
    outcome = shown(kind)
    assert outcome.status == "ok"
    assert outcome.values["certificate"] == (pytest.approx(90, abs=0.1), "d")


@pytest.mark.parametrize("kind", ["https", "tls"])
@pytest.mark.parametrize("days,status", [(13, "warn"), (2, "crit"), (15, "ok")])
def test_a_certificate_that_ends_soon(shown, kind, days, status):
    outcome = shown(kind, ends=timedelta(days=days))
    assert outcome.status == status


@pytest.mark.parametrize("kind", ["https", "tls"])
@pytest.mark.parametrize(
    "certificate,days",
    [
        ({"ends": timedelta(days=-5)}, -5),
        ({"signed": False}, 90),
        ({"host": "other.example"}, 90),
    ],
)
def test_a_bad_certificate_is_down_and_its_end_is_known(shown, kind, certificate, days):
    outcome = shown(kind, **certificate)
    assert (outcome.status, outcome.code, outcome.reason) == ("crit", 0, "tls")
    assert outcome.values["certificate"] == (pytest.approx(days, abs=0.1), "d")
    assert "the certificate end" in outcome.text


@pytest.mark.parametrize("kind", ["https", "tls"])
def test_a_check_may_do_without_verification(shown, kind):
    outcome = shown(kind, {"verify": False}, signed=False)
    assert outcome.status == "ok"
    assert outcome.values["certificate"] == (pytest.approx(90, abs=0.1), "d")


def test_the_phases_of_tls_are_measured(shown):
    assert shown("https").phases["tls"] > 0


@pytest.fixture
def days_of(certificates):
    """``days_of(ends, **spec)``: the days that are known in runs of one check, at
    each of which the certificate ends after so many.
    """

    def run_all(ends, **spec):
        files = [certificates.made(ends=timedelta(days=number)) for number in ends]
        context = certificates.context()

        async def work(target):
            runners, found = Runners(Surroundings(ca_file=str(certificates.file))), []
            check = CheckSpec(1, "https", target.host, target.port, "localhost", **spec)
            prepared = prepare(check, runners.around)
            for file in files:
                context.load_cert_chain(file)
                outcome = await runners.run(prepared)
                days = outcome.values.get("certificate", (0,))[0]
                found.append((outcome.status, round(days)))
            await runners.stop(1)
            return found

        with Target(context) as target:
            return asyncio.run(work(target))

    return run_all


def test_how_long_it_is_valid_is_read_once_an_hour(days_of):
    days = days_of([90, 60, 60, 60, 60], interval=1200, trusted=True)

    assert days == [("ok", 90)] * 4 + [("ok", 60)]


def test_a_certificate_that_ends_soon_is_read_each_time(days_of):
    days = days_of([10, 90, 90], interval=300, trusted=True)

    assert days == [("warn", 10), ("ok", 90), ("ok", 90)]


def test_after_a_handshake_that_failed_it_is_read_anew(days_of):
    days = days_of([90, -5, 60], interval=300, trusted=True)

    assert days == [("ok", 90), ("crit", -5), ("ok", 60)]


@pytest.mark.parametrize(
    "library,offers",
    [
        ("OpenSSL/3.6.5", True),
        ("OpenSSL/3.5.0", True),
        ("OpenSSL/3.0.15", False),
        ("GnuTLS/3.8.9", False),
        ("(OpenSSL/3.5.0) Schannel", False),
        ("OpenSSL/unknown", False),
        ("", False),
    ],
)
def test_which_libraries_send_a_key_share_of_ml_kem(library, offers):
    assert offers_hybrid(library) is offers


@pytest.mark.parametrize("params", [{}, {"post_quantum": True}])
def test_the_handshake_is_small_unless_ml_kem_is_asked_for(params):
    """A key share of ML-KEM alone has 1,184 bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, said = server.getsockname()[1], []

        def hear():
            connection, _ = server.accept()
            with connection:
                said.append(connection.recv(4096))

        listener = threading.Thread(target=hear)
        listener.start()

        async def work():
            runners = Runners(Surroundings())
            check = CheckSpec(1, "https", "127.0.0.1", port, "localhost", params)
            check = replace(check, trusted=True, timeout=5)
            await runners.run(prepare(check, runners.around))
            await runners.stop(1)

        asyncio.run(work())
        listener.join(5)

    assert (len(said[0]) > 1184) is (OFFERS_HYBRID and bool(params))
