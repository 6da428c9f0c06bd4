"""HTTP checks against a server that really answers."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.surroundings import Surroundings
import json
import pytest


@pytest.mark.parametrize(
    "code,params,status",
    [
        (200, {}, "ok"),
        (404, {}, "ok"),
        (499, {}, "ok"),
        (500, {}, "crit"),
        (503, {}, "crit"),
        (404, {"ok": "200-399"}, "crit"),
        (404, {"ok": "200-399", "warn": "404, 410"}, "warn"),
        (503, {"ok": "200-399,503"}, "ok"),
        (200, {"crit": "200"}, "crit"),
    ],
)
def test_the_status_follows_from_the_code(ask, code, params, status):
    outcome = ask(f"/status/{code}", **params)
    assert (outcome.status, outcome.code) == (status, code)
    assert outcome.reason == ("" if status == "ok" else "status")


def test_name_and_address_are_apart(ask, run, target):
    outcome = run(
        "http", target.host, target.port, name="shop.example", params={"path": "/fine"}
    )
    assert outcome.status == "ok"
    assert target.requests[-1][2]["host"] == f"shop.example:{target.port}"


def test_a_check_speaks_over_ipv6(run):
    from monitoring.checks.targets import Target

    with Target(host="::1") as target:
        outcome = run("http", "::1", target.port, params={"ip": "6"})
    assert outcome.status == "ok"


def test_method_headers_and_body_are_sent(ask, target, monkeypatch):
    ask("/fine", method="PUT", headers={"X-One": "1", "X-None": ""}, body="täxt")
    method, _, headers, body = target.requests[-1]
    assert (method, body) == ("PUT", "täxt".encode())
    assert headers["x-one"] == "1"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "POST", "PATCH"])
def test_each_method_is_sent(ask, target, method):
    ask("/fine", method=method)
    assert target.requests[-1][0] == method


def test_no_proxy_of_the_environment_is_used(ask, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask("/fine").status == "ok"


def test_redirects_are_not_followed_unless_asked(ask):
    assert ask("/forever").code == 302


def test_a_redirect_is_followed_to_its_end(ask, target):
    path = f"/away/127.0.0.1/{target.port}"
    assert ask(path, redirects=1).code == 200


@pytest.mark.parametrize(
    "params,status",
    [
        ({"expect": "All is (well|fine)"}, "ok"),
        ({"expect": "All is lost"}, "crit"),
        ({"refuse": "well"}, "crit"),
        ({"refuse": "Traceback"}, "ok"),
        ({"expect_headers": {"X-State": "^green"}}, "ok"),
        ({"expect_headers": {"X-State": "^red"}}, "crit"),
        ({"expect_headers": {"X-Missing": "."}}, "crit"),
    ],
)
def test_body_and_headers_are_matched(ask, params, status):
    outcome = ask("/fine", **params)
    assert outcome.status == status
    assert outcome.reason == ("" if status == "ok" else "match")


@pytest.mark.parametrize(
    "rule,status",
    [
        ({"path": "$.state", "equals": "up"}, "ok"),
        ({"path": "state", "equals": "down"}, "crit"),
        ({"path": "$.on", "equals": 1}, "crit"),
        ({"path": "$.on", "equals": True}, "ok"),
        ({"path": "$.state", "matches": "^u"}, "ok"),
        ({"path": "$.state", "matches": "^d"}, "crit"),
        ({"path": "$.none"}, "crit"),
        ({"path": "$.none", "optional": True}, "ok"),
        ({"path": "$.pools[0].size", "crit": "12", "optional": True}, "crit"),
        ({"path": "$.pools[0].size", "warn": "20"}, "ok"),
        ({"path": "$.pools[0].size", "warn": "10"}, "warn"),
        ({"path": "$.pools[0].size", "warn": "10", "crit": "12"}, "crit"),
        ({"path": "$.state", "warn": "10"}, "crit"),
    ],
)
def test_a_json_answer_is_judged(ask, rule, status):
    assert ask("/json", json=[rule]).status == status


def test_a_number_of_a_json_answer_is_a_value(ask):
    rule = {"path": '$.pools[0]["max.size"]', "metric": "pool", "unit": "MB"}
    assert ask("/json", json=[rule]).values["pool"] == (20.0, "MB")


def test_an_answer_that_is_no_json_says_so(ask):
    outcome = ask("/fine", json=[{"path": "$.state"}])
    assert outcome.status == "crit"
    assert "not JSON" in outcome.text


@pytest.mark.parametrize(
    "params,status",
    [({"warn_ms": 0}, "warn"), ({"crit_ms": 0}, "crit"), ({"warn_ms": 9999}, "ok")],
)
def test_a_slow_answer_is_not_good(ask, params, status):
    assert ask("/fine", **params).status == status


def test_the_phases_add_up(ask):
    outcome = ask("/fine")
    assert list(outcome.phases) == [
        "resolve",
        "connect",
        "tls",
        "first_byte",
        "transfer",
    ]
    assert abs(sum(outcome.phases.values()) - outcome.ms) < 1


def test_a_secret_is_sent_and_not_shown(ask, target, monkeypatch):
    from collective.hoard.monitoring.checks.secrets import Secrets

    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    around = Surroundings(secrets=Secrets(frozenset({"env:SHOP_TOKEN"})))
    outcome = ask(
        "/echo", around=around, headers={"Authorization": "Bearer ${env:SHOP_TOKEN}"}
    )
    assert target.requests[-1][2]["authorization"] == "bearer s3cret"
    assert "s3cret" not in outcome.text


@pytest.mark.parametrize("trusted,listed", [(False, True), (True, False)])
def test_a_secret_that_is_not_open_is_refused(monkeypatch, trusted, listed):
    from collective.hoard.monitoring.checks.secrets import Secrets

    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    known = frozenset({"env:SHOP_TOKEN"} if listed else ())
    params = {"headers": {"X": "${env:SHOP_TOKEN}"}}
    spec = CheckSpec(1, "http", "shop.example", params=params, trusted=trusted)
    with pytest.raises(CheckUnusable, match="secret"):
        prepare(spec, Surroundings(secrets=Secrets(known)))


@pytest.mark.parametrize(
    "params,word",
    [
        ({"path": "no-slash"}, "path"),
        ({"path": "/a b"}, "path"),
        ({"path": "/\r\nHost: x"}, "path"),
        ({"headers": {"X": "a\r\nY: b"}}, "header"),
        ({"headers": {"X Y": "a"}}, "header"),
        ({"headers": ["X"]}, "headers"),
        ({"method": "TRACE"}, "method"),
        ({"ok": "2xx"}, "2xx"),
        ({"expect": "(?=x)"}, "pattern"),
        ({"expect": "a" * 1001}, "1,000"),
        ({"redirects": 1000}, "redirects"),
        ({"max_bytes": 1e10}, "max_bytes"),
        ({"json": [{"path": "$.."}]}, "JSON path"),
        ({"json": [{"paht": "$.a"}]}, "JSON rule"),
        ({"json": [{"path": "$.a", "optional": "yes"}]}, "optional"),
        ({"warn_ms": "soon"}, "warn_ms"),
        ({"verify": "no"}, "verify"),
        ({"colour": "red"}, "colour"),
        ({"thresholds": {"a": {"warn": "x"}}}, "threshold"),
        ({"body": "a\0b"}, "NUL"),
    ],
)
def test_bad_parameters_are_named(params, word):
    with pytest.raises(CheckUnusable, match=word):
        prepare(CheckSpec(1, "http", "shop.example", params=params), Surroundings())


@pytest.mark.parametrize("name", ["a b", "x/../y", "user@host", "host:80", "-" * 300])
def test_what_is_no_host_is_refused(name):
    with pytest.raises(CheckUnusable, match="host"):
        prepare(CheckSpec(1, "http", "", 80, name), Surroundings())


def test_the_echo_shows_our_agent(ask, target):
    ask("/echo")
    assert json.dumps(target.requests[-1][2]).find("hoard-poller") > 0
