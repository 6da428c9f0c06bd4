"""TLS between who brings results and the centre."""

from collective.hoard.monitoring.interfaces import WrongUse
from collective.hoard.monitoring.poller.configuration import load
from monitoring.poller.running import Running
from monitoring.poller.running import wait_for
from monitoring.satellite.quick import Quick
from urllib.error import URLError
from urllib.request import urlopen
import pytest
import ssl
import subprocess
import sys
import time


@pytest.fixture
def far(site, target):
    """A check that runs in Berlin, each second."""
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    params = {"path": "/fine", "where": ["berlin"]}
    return site.add("far", "http", timeout=20, params=params, **columns)


@pytest.fixture
def centre(site, port):
    """``centre(certificate)``: the centre, showing that file."""

    def start(certificate):
        http = {"listen": f"127.0.0.1:{port}"}
        files = {"tls_certificate": str(certificate), "tls_key": str(certificate)}
        return Running(site, http={**http, **files})

    return start


@pytest.fixture
def satellite(site, port, tmp_path, authority):
    def start(**settings):
        settings = {
            "centre": f"https://localhost:{port}",
            "token": site.token("berlin", kind="satellite"),
            "spool": str(tmp_path / "satellite.db"),
            "ca_file": str(authority.path),
            **settings,
        }
        return Running(site, Quick, satellite=settings)

    return start


SAMPLES = (
    "SELECT * FROM sample s JOIN source o ON o.id = s.source_id WHERE o.name = 'berlin'"  # noqa: E501
)


def bad(authority, what):
    return {
        "wrong name": lambda: authority.issue("elsewhere.example"),
        "expired": authority.expired,
    }[what]()


WORDS = {"wrong name": "Hostname mismatch", "expired": "certificate has expired"}


def test_results_arrive_over_tls(site, far, centre, satellite, authority):
    with centre(authority.issue()), satellite():
        assert site.wait_for(SAMPLES)


@pytest.mark.parametrize("what", WORDS)
def test_a_bad_certificate_is_said_and_no_token_is_sent(
    site, far, centre, satellite, authority, what
):
    with centre(bad(authority, what)), satellite() as running:
        assert wait_for(lambda: running.service.centre.trouble)
        said = running.service.centre.trouble
    assert said.startswith("Its certificate is not accepted: ")
    assert WORDS[what] in said
    assert site.ask("SELECT last_seen FROM source WHERE name = 'berlin'") == [(None,)]


def test_an_unknown_authority_is_said(far, centre, satellite, authority):
    with centre(authority.issue()), satellite(ca_file="") as running:
        assert wait_for(lambda: running.service.centre.trouble)
        assert "unable to get local issuer" in running.service.centre.trouble


def test_verification_may_be_off(site, far, centre, satellite, authority):
    with centre(authority.expired()), satellite(insecure=True):
        assert site.wait_for(SAMPLES)


def test_results_kept_for_a_bad_certificate_arrive_with_a_good_one(
    site, far, centre, satellite, authority
):
    with centre(authority.issue()), satellite():
        assert site.wait_for(SAMPLES)
    with centre(authority.expired()), satellite() as running:
        assert wait_for(lambda: len(running.service.spool) >= 2)
        since = time.time()
    before = len(site.ask(SAMPLES))
    with centre(authority.issue()), satellite() as running:
        assert wait_for(lambda: len(running.service.spool) == 0)
    assert len(site.ask(f"{SAMPLES} AND s.time <= {since}")) >= before + 2


def test_the_server_speaks_tls(centre, port, authority):
    with centre(authority.issue()):
        url = f"https://localhost:{port}/health"
        assert urlopen(url, context=authority.trusting()).status == 200


def test_the_server_does_not_speak_old_tls(centre, port, authority):
    old = authority.trusting()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    with centre(authority.issue()), pytest.raises(URLError):
        urlopen(f"https://localhost:{port}/health", context=old)


@pytest.mark.parametrize("what", [None, *WORDS])
def test_submit_looks_at_the_certificate(site, centre, port, authority, what):
    site.add("backup")
    token = site.token("backups")
    certificate = bad(authority, what) if what else authority.issue()
    command = [sys.executable, "-m", "collective.hoard.monitoring.command", "submit"]
    command += ["--url", f"https://localhost:{port}", "--token", "env:HOARD_TOKEN"]
    command += ["--check", "backup", "--status", "ok", "--ca-file", authority.path]
    with centre(certificate):
        done = subprocess.run(
            command, env={"HOARD_TOKEN": token}, capture_output=True, text=True
        )
    assert len(site.ask("SELECT * FROM sample")) == (0 if what else 1)
    assert (done.returncode == 0) is (what is None)
    if what:
        assert WORDS[what] in done.stdout + done.stderr


@pytest.mark.parametrize("text", [None, "this is no certificate"])
def test_a_certificate_file_that_cannot_be_used_is_said(tmp_path, text):
    file, config = tmp_path / "server.pem", tmp_path / "poller.toml"
    if text:
        file.write_text(text)
    config.write_text(
        f"[http]\nlisten = '127.0.0.1:0'\ntls_certificate = '{file}'\n"
        f"tls_key = '{file}'\n"
    )
    with pytest.raises(WrongUse, match="http.tls_certificate cannot be used"):
        load(config)
