"""The command that brings results, and its spool."""

from collective.hoard.monitoring.command import main
from http.server import SimpleHTTPRequestHandler
from http.server import ThreadingHTTPServer
from monitoring.poller.running import Running
from threading import Thread
import json
import pytest
import time


@pytest.fixture
def submit(monkeypatch, capsys, site, tmp_path):
    """``submit(url, *words)``: (exit status, what it said)."""
    site.add("backup")
    monkeypatch.setenv("HOARD_TEST_TOKEN", site.token("scripts"))

    def run(url, *words):
        fixed = ["--url", url, "--token", "env:HOARD_TEST_TOKEN"]
        status = main(["submit", *fixed, *words])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def test_a_result_is_brought(site, submit):
    words = [
        "--check",
        "backup",
        "--status",
        "warn",
        "--text",
        "late",
        "--value",
        "size=3GB",
    ]
    with Running(site) as running:
        assert submit(running.url, *words) == (0, "1 sent.\n")
    assert site.ask("SELECT status, text FROM state") == [(1, "late")]
    assert site.ask("SELECT name, number, unit FROM metric") == [("size", 3.0, "GB")]


def test_a_refusal_is_said(site, submit):
    with Running(site) as running:
        status, said = submit(running.url, "--check", "none", "--status", "ok")
    assert status == 1
    assert "There is no check 'none'" in said


def test_what_cannot_be_sent_is_kept_and_sent_later(site, submit, tmp_path):
    spool = str(tmp_path / "spool")
    row = ["--check", "backup", "--status", "crit", "--time", str(time.time() - 60)]
    status, said = submit("http://127.0.0.1:9", *row, "--spool", spool)
    assert status == 1
    assert "1 kept" in said
    with Running(site) as running:
        words = ["--check", "backup", "--status", "ok", "--spool", spool]
        assert submit(running.url, *words) == (0, "2 sent.\n")
    assert site.ask("SELECT status FROM sample ORDER BY time") == [(2,), (0,)]
    assert (tmp_path / "spool").read_text() == ""


def test_a_wrong_token_loses_nothing(site, submit, tmp_path, monkeypatch):
    monkeypatch.setenv("HOARD_TEST_TOKEN", "wrong")
    spool = tmp_path / "spool"
    with Running(site) as running:
        words = ["--check", "backup", "--status", "ok", "--spool", str(spool)]
        status, said = submit(running.url, *words)
    assert status == 2
    assert "not known" in said
    assert spool.read_text().count("\n") == 1


def test_a_file_of_results(site, submit, tmp_path):
    path = tmp_path / "results.jsonl"
    now = int(time.time())
    rows = [{"check": "backup", "status": "ok", "time": now - n} for n in range(700)]
    path.write_text("\n".join(map(json.dumps, rows)))
    with Running(site) as running:
        assert submit(running.url, "--file", str(path)) == (0, "700 sent.\n")
    assert site.ask("SELECT COUNT(*) FROM sample") == [(700,)]


@pytest.mark.parametrize(
    "words",
    [
        ["--status", "ok"],
        ["--check", "a", "--value", "x"],
    ],
)
def test_wrong_use_is_said(submit, words):
    assert submit("http://127.0.0.1:9", *words)[0] == 2


def test_another_scheme_is_refused(submit):
    assert submit("file:///etc/passwd", "--check", "a")[0] == 2


def test_unknown_can_be_said(site, submit):
    with Running(site) as running:
        words = ["--check", "backup", "--status", "unknown"]
        assert submit(running.url, *words) == (0, "1 sent.\n")
    assert site.ask("SELECT * FROM sample") == []


def test_a_time_may_be_iso_8601(site, submit):
    with Running(site) as running:
        words = ["--check", "backup", "--status", "ok", "--time", "2026-11-22T08:30Z"]
        assert submit(running.url, *words)[0] == 0
    assert site.ask("SELECT time FROM sample") == [(1795336200,)]


@pytest.mark.parametrize("url", ["http://[::1", "http://x:port", "ftp://x", "x"])
def test_an_address_of_no_poller_is_said(submit, url):
    status, said = submit(url, "--check", "backup", "--status", "ok")
    assert (status, "--url must be like" in said) == (2, True)


@pytest.mark.parametrize(
    "words,said",
    [
        (["--check", "backup", "--ca-file", "/nonexistent"], "--ca-file: /nonexistent"),
        (["--check", "backup", "--spool", "/nonexistent/spool"], "--spool: /nonex"),
        (["--file", "/nonexistent/file"], "--file: /nonexistent/file cannot be read"),
        (["--file", __file__], "line 1, is not JSON"),
    ],
)
def test_a_file_that_cannot_be_used_is_said(submit, words, said):
    status, text = submit("http://127.0.0.1:9", *words)
    assert (status, said in text) == (2, True)


def test_what_is_no_poller_is_said(submit):
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        status, said = submit(url, "--check", "backup", "--status", "ok")
        server.shutdown()
    assert (status, "is no hoard-poller" in said) == (2, True)
