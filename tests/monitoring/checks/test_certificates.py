"""Certificates: until when, also of those that nobody should trust."""

from collective.hoard.monitoring.checks.surroundings import Surroundings
from datetime import timedelta
from monitoring.checks.targets import Target
import pytest


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
