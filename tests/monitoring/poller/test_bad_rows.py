"""Rows that no check can be made of: refused at the door, and harmless inside."""

from collective.hoard.monitoring.command import main
from monitoring.poller.running import wait_for
import json
import pytest


GOOD = {"kind": "tcp", "address": "127.0.0.1", "port": 9, "interval": 5}
SURROGATE = "\ud800"


@pytest.fixture
def put(site, poller):
    """``put(row)``: (status, answer) of a list of that one check."""
    token = site.token("hosting", lists=True)
    running = poller(reach={"allowed": ["127.0.0.0/8"]})
    return lambda row: running.send("/checks", {"checks": [row]}, token, method="PUT")


@pytest.mark.parametrize(
    "params,words",
    [
        ({"where": 5}, "where must be"),
        ({"where": []}, "where must be"),
        ({"where": [5]}, "where must be"),
        ({"where": "x"}, "no poller or satellite 'x'"),
        ({"where": [SURROGATE]}, "where holds half a character"),
        ({"unknown": 5}, "unknown must be one of"),
        ({"unknown": "CRIT"}, "unknown must be one of"),
        ({"tags": 5}, "tags must be"),
        ({"title": ["x"]}, "title must be"),
        ({"send": SURROGATE}, "send holds half a character"),
        ({"expect": "a\0"}, "NUL"),
    ],
)
@pytest.mark.parametrize("kind", ["tcp", "passive"])
def test_a_bad_parameter_is_named(put, site, params, words, kind):
    status, answer = put({**GOOD, "kind": kind, "params": params})
    assert status == 422
    assert words in answer["error"]
    assert site.ask("SELECT * FROM check_") == []


@pytest.mark.parametrize(
    "row",
    [
        {"name": SURROGATE},
        {"title": SURROGATE},
        {"name": "a\nb"},
        {"host": SURROGATE},
        {"params": {"path": "/" + SURROGATE}},
        {"params": {"headers": {"X": SURROGATE}}},
        {"params": {"headers": {SURROGATE: "x"}}},
        {"params": {"body": SURROGATE, "method": "POST"}},
        {"params": {"expect": SURROGATE}},
        {"params": {"expect_headers": {"Server": SURROGATE}}},
        {"params": {"json": [{"path": "$.a", "equals": SURROGATE}]}},
        {"params": {SURROGATE: 1}},
    ],
)
def test_half_a_character_is_refused_everywhere(put, row):
    status, answer = put({"kind": "http", "host": "shop.example", **row})
    assert (status, "holds" in answer["error"]) == (422, True)


BAD = [
    "UPDATE check_ SET params = '{\"where\": 5}' WHERE name = 'bad'",
    "UPDATE check_ SET params = '{' WHERE name = 'bad'",
    "UPDATE check_ SET params = '[]' WHERE name = 'bad'",
    "UPDATE check_ SET params = '{\"send\": \"\\ud800\"}' WHERE name = 'bad'",
    "UPDATE check_ SET params = '{\"\\ud800\": 1}' WHERE name = 'bad'",
    "UPDATE check_ SET params = '{\"where\": [\"moon\"]}' WHERE name = 'bad'",
    "UPDATE check_ SET params = '{\"thresholds\": {\"a\": 5}}' WHERE name = 'bad'",
    "UPDATE check_ SET interval = 'often' WHERE name = 'bad'",
    "UPDATE check_ SET timeout = 'long' WHERE name = 'bad'",
    "UPDATE check_ SET port = 'x' WHERE name = 'bad'",
    "UPDATE check_ SET address = CAST(x'ff00ff' AS TEXT) WHERE name = 'bad'",
]


def spoil(site, statement):
    row = {"address": "127.0.0.1", "interval": 5, "timeout": 2, "port": 9}
    for name in ("first", "bad", "last"):
        site.add(name, "tcp", **row)
    with site.engine.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", BAD)
def test_a_bad_row_stops_no_other(site, poller, statement):
    spoil(site, statement)
    running = poller()
    assert len(running.service.engine.listing.names) >= 2
    told = site.wait_for(
        "SELECT c.name, p.text FROM problem p JOIN check_ c ON c.id = p.check_id"
    )
    assert [name for name, _ in told] == ["bad"]
    assert told[0][1]


def test_a_list_with_a_bad_row_still_takes_changes(site, poller):
    spoil(site, BAD[0])
    running = poller()
    site.add("late", "tcp", address="127.0.0.1", port=9, interval=5, timeout=2)
    assert wait_for(lambda: "late" in running.service.engine.listing.names)
    assert {spec.kind for spec in running.service.engine.listing.checks} == {"tcp"}
    assert len(running.service.engine.listing.checks) == 3


def test_once_runs_the_others(site, tmp_path, capsys):
    spoil(site, BAD[0])
    file = tmp_path / "poller.toml"
    file.write_text(f"[database]\nurl = {json.dumps(site.url)}\n")
    assert main(["once", "--config", str(file)]) == 1
    said = capsys.readouterr().out
    assert ("first" in said, "last" in said, "bad" in said) == (True, True, False)


def test_thresholds_of_a_bad_row_do_not_stop_results(site, poller):
    site.add("sensor", params={"thresholds": {"a": 5}})
    token = site.token("scripts")
    row = {"check": "sensor", "status": "ok", "values": {"a": 1}}
    status, _ = poller().send("/results", row, token)
    assert status == 200


def test_the_log_names_the_check(site, poller, caplog):
    spoil(site, BAD[0])
    poller()
    [(number,)] = site.ask("SELECT id FROM check_ WHERE name = 'bad'")
    assert f"Check {number} (bad) does not run: where must be" in caplog.text
