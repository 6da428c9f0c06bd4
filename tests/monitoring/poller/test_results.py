"""Results that others bring over HTTP, also with bad intent."""

from monitoring.poller.running import wait_for
import pytest
import time


@pytest.fixture
def door(site, poller):
    """``door(rows, ...)``: (status, answer) of bringing results."""
    site.add("backup")
    token = site.token("scripts")
    running = poller()

    def bring(rows, token=token, **options):
        return running.send("/results", rows, token, **options)

    return bring


@pytest.mark.parametrize(
    "rows",
    [
        {"check": "backup", "status": "ok"},
        [{"check": "backup", "status": "ok"}],
        {"results": [{"check": "backup", "status": "ok"}]},
    ],
)
def test_a_result_is_stored(door, site, rows):
    status, answer = door(rows)
    assert (status, answer["stored"], answer["refused"]) == (200, 1, [])
    assert site.ask("SELECT status FROM sample") == [(0,)]
    assert site.ask("SELECT status FROM standing") == [(0,)]


def test_all_of_a_result_is_kept(door, site):
    row = {
        "check": "backup", "status": "warn", "code": 7, "ms": 12.5, "time": time.time(),
        "text": "late", "reason": "slow", "values": {"size": [3, "GB"], "files": 12},
    }  # fmt: skip
    door(row)
    assert site.ask("SELECT status, code, ms, text, reason FROM state") == [
        (1, 7, 12.5, "late", "slow")
    ]
    assert site.ask("SELECT name, number, unit FROM metric ORDER BY name") == [
        ("files", 12.0, ""),
        ("size", 3.0, "GB"),
    ]


@pytest.mark.parametrize(
    "row,words",
    [
        ({"check": "none", "status": "ok"}, "There is no check 'none'"),
        ({"status": "ok"}, "name of the check"),
        ({"check": 7, "status": "ok"}, "name of the check"),
        ({"check": "backup"}, "status must be"),
        ({"check": "backup", "status": "up"}, "status must be"),
        ({"check": "backup", "status": "ok", "time": "now"}, "time must be"),
        ({"check": "backup", "status": "ok", "time": 1e999}, "time is no time"),
        ({"check": "backup", "status": "ok", "time": 10**400}, "time is no time"),
        ({"check": "backup", "status": "ok", "time": 10**30}, "time is no time"),
        ({"check": "backup", "status": "ok", "code": 10**30}, "code must be"),
        ({"check": "backup", "status": "ok", "ms": 10**400}, "ms must be"),
        ({"check": "backup", "values": {"a": 10**400}}, "is not a number"),
        ({"check": "backup", "status": "ok", "time": 9e9}, "future"),
        ({"check": "backup", "status": "ok", "time": True}, "time must be"),
        ({"check": "backup", "status": "ok", "code": 1 << 40}, "code must be"),
        ({"check": "backup", "status": "ok", "ms": -1}, "ms must be"),
        ({"check": "backup", "status": "ok", "values": {"a": "b"}}, "not a number"),
        ({"check": "backup", "status": "ok", "values": [1]}, "values must be"),
        ({"check": "backup", "status": "ok", "values": {"\ud800": 1}}, "half a char"),
        ({"check": "backup", "status": "ok", "values": {"a\0": 1}}, "control"),
        ({"check": "backup", "status": "ok", "values": {"t": [5, "\ud800"]}}, "unit"),
        ({"check": "backup", "status": "ok", "values": {"t": 10**400}}, "not a number"),
        ({"check": "backup", "status": "ok", "time": 10**400}, "time is no time"),
        ({"check": "backup", "status": "ok", "colour": 1}, "Unknown keys: colour"),
        ({"check": "backup", "status": "ok", "text": ["x"]}, "text must be"),
        ("backup", "object"),
        (None, "object"),
    ],
)
def test_a_bad_result_is_answered_in_words(door, site, row, words):
    status, answer = door([row])
    assert status == 422
    assert words in answer["refused"][0]["why"]
    assert site.ask("SELECT * FROM sample") == []


def test_good_results_are_stored_beside_bad_ones(door, site):
    status, answer = door([{"check": "none"}, {"check": "backup", "status": "ok"}])
    assert (status, answer["stored"]) == (200, 1)
    assert [row["place"] for row in answer["refused"]] == [0]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'"text"', b"3"]
)
def test_what_is_no_json_is_refused(door, raw):
    status, answer = door(None, raw=raw)
    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize(
    "token",
    [None, "", "hoard_1_guess", "hoard_999_guess", "hoard_x_y", "nonsense", "é"],
)
def test_a_wrong_token_is_refused(door, site, token):
    token = token and token.encode("utf-8").decode("latin-1")
    status, answer = door({"check": "backup", "status": "ok"}, token=token)
    assert (status, answer) == (
        401,
        {"error": "This token is not known, or not any more."},
    )
    assert site.ask("SELECT * FROM sample") == []


def test_a_token_that_was_disabled_is_refused(door, site):
    token = site.token("other")
    site.token("other", disable=True)
    assert door({"check": "backup", "status": "ok"}, token=token)[0] == 401


def test_the_token_itself_is_not_kept(site):
    token = site.token("scripts")
    kept = site.ask("SELECT * FROM source")
    assert token not in repr(kept)


def test_ten_megabytes_of_text_are_refused(door, site):
    row = {"check": "backup", "status": "ok", "text": "x" * 10_000_000}
    status, answer = door(row)
    assert (status, answer["error"]) == (
        413,
        "The request is larger than 1,000,000 bytes.",
    )
    assert site.ask("SELECT * FROM sample") == []


def test_a_long_text_is_cut(door, site):
    door({"check": "backup", "status": "ok", "text": "x" * 500_000})
    assert site.ask("SELECT length(text) FROM state") == [(4000,)]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "a\x00b", "\ud800", "\N{PILE OF POO}", "a\r\nb: c"],
)
def test_a_strange_text_does_no_harm(door, site, text):
    status, _ = door({"check": "backup", "status": "ok", "text": text})
    assert status == 200
    kept = site.ask("SELECT text FROM state")[0][0]
    assert kept in {text, "ab", "?"}


def test_too_many_at_once_are_refused(door):
    status, answer = door([{"check": "backup", "status": "ok"}] * 1001)
    assert status == 400
    assert "1000 results" in answer["error"]


def test_unknown_is_no_result(door, site):
    status, answer = door({"check": "backup", "status": "unknown"})
    assert (status, answer["silent"]) == (200, 1)
    assert site.ask("SELECT * FROM sample") == []


def test_unknown_counts_as_the_check_says(site, poller):
    site.add("backup", params={"unknown": "crit"})
    token = site.token("scripts")
    poller().send("/results", {"check": "backup", "status": "unknown"}, token)
    assert site.ask("SELECT status FROM sample") == [(2,)]


@pytest.mark.parametrize("number,status", [(20, 0), (26, 1), (40, 2)])
def test_a_sensor_is_judged_by_its_thresholds(site, poller, number, status):
    rule = {"temperature": {"warn": "15:25", "crit": "5:35"}}
    site.add("server room", params={"thresholds": rule})
    token = site.token("sensors")
    poller().send(
        "/results",
        {"check": "server room", "values": {"temperature": [number, "C"]}},
        token,
    )
    assert site.ask("SELECT status FROM sample") == [(status,)]


def test_a_check_of_ours_takes_no_results(site, poller):
    site.add("shop", kind="http", address="127.0.0.1", port=9, interval=3600)
    token = site.token("scripts")
    status, answer = poller().send("/results", {"check": "shop", "status": "ok"}, token)
    assert status == 422
    assert "not passive" in answer["refused"][0]["why"]


def test_a_source_of_a_group_keeps_to_its_group(site, poller):
    site.add("theirs", owner_group="others")
    site.add("ours", owner_group="shop")
    token = site.token("scripts", owner_group="shop")
    rows = [{"check": name, "status": "ok"} for name in ("theirs", "ours")]
    _, answer = poller().send("/results", rows, token)
    assert (answer["stored"], answer["refused"][0]["check"]) == (1, "theirs")


def test_a_new_check_takes_results_within_seconds(site, poller):
    token = site.token("scripts")
    running = poller()
    site.add("later")
    result = {"check": "later", "status": "ok"}

    assert wait_for(lambda: running.send("/results", result, token)[0] == 200, 30)


@pytest.mark.parametrize(
    "path,method,status",
    [("/nothing", "GET", 404), ("/results", "GET", 405), ("/checks", "POST", 405)],
)
def test_every_failure_is_in_words(poller, path, method, status):
    found, answer = poller().send(path, {}, method=method)
    assert found == status
    assert answer["error"]


def test_health(poller):
    status, answer = poller().send("/health", None, method="GET")
    assert (status, answer["status"], answer["waiting"]) == (200, "ok", 0)
