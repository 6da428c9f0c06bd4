"""The REST services of monitoring, against a real server."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.watch import engines
from pathlib import Path
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from sqlalchemy import insert
from sqlalchemy import select
from watch import world
from watch.conftest import configure
import json
import pytest
import re
import requests
import shutil
import time


@pytest.fixture(scope="session")
def watched_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("rest") / "full.db"
    return path, world.make(str(path), checks=12, days=8)


@pytest.fixture
def database(server, watched_file, tmp_path):
    path = str(shutil.copy(watched_file[0], tmp_path / "hoard.db"))
    configure(database=path)
    yield path
    engines.forget()


class Client:
    def __init__(self, url, *credentials):
        self.url, self.session = url, requests.Session()
        self.session.headers["Accept"] = "application/json"
        self.session.auth = credentials or None

    def __call__(self, method, path, json=None, code=200, **more):
        answer = self.session.request(
            method, f"{self.url}/@hoard-{path}", json=json, timeout=30, **more
        )
        assert answer.status_code == code, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def url(server):
    return server["portal"].absolute_url()


@pytest.fixture
def ask(database, url):
    return Client(url, SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def rows(database, query):
    engine = open_engine(database)
    with engine.connect() as connection:
        found = connection.execute(query).all()
    engine.dispose()
    return found


def test_the_list_has_pages(ask):
    first = ask("GET", "checks?size=5")
    second = ask("GET", first["links"]["next"].partition("@hoard-")[2])

    assert (first["items_total"], first["pages"]) == (12, 3)
    assert not {i["id"] for i in first["items"]} & {i["id"] for i in second["items"]}
    assert first["items"][0]["state"]["status"] == "crit"


def test_a_check_is_made_changed_paused_and_removed(ask, database):
    row = {"kind": "https", "host": "a.example.org", "groups": ["web"], "interval": 60}
    made = ask("POST", "checks", row, 201)
    place = f"checks/{made['id']}"
    assert made["groups"] == ["web"]
    assert made["state"]["status"] == "unknown"

    changed = ask("PATCH", place, {"title": "A", "enabled": False})

    assert (changed["title"], changed["interval"]) == ("A", 60)
    assert (changed["enabled"], changed["state"]["status"]) == (False, "unmonitored")
    assert ask("GET", place)["host"] == "a.example.org"
    ask("DELETE", place, code=204)
    ask("GET", place, code=404)
    assert rows(database, select(t.check.c.removed).where(t.check.c.id == made["id"]))


def test_how_a_check_is_judged_stays_when_something_else_changes(ask):
    row = {"kind": "passive", "name": "j", "policy": "m of n", "m": 1, "n": 2}
    made = ask("POST", "checks", row | {"reference": True}, 201)

    changed = ask("PATCH", f"checks/{made['id']}", {"title": "J"})

    judged = {key: changed[key] for key in ("policy", "m", "n", "reference")}
    assert judged == {"policy": "m of n", "m": 1, "n": 2, "reference": True}
    usual = {"policy": "best", "m": None, "n": None}
    assert "m" not in ask("PATCH", f"checks/{made['id']}", usual)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"kind": "https", "host": "x", "policy": "m of n"},
        {"kind": "https"},
        {"kind": "pigeon", "host": "x"},
        {"kind": "https", "host": "x", "nonsense": 1},
        {"kind": "https", "host": ["x"]},
        {"kind": "https", "host": "x", "groups": [1]},
        {"kind": "https", "host": "x", "port": "80"},
        {"kind": "https", "host": "x", "params": {"nonsense": 1}},
        {"kind": "https", "name": "https://site-01.example.org", "host": "x"},
        {"kind": "https", "host": "x", "name": "\0"},
        {"kind": "https", "host": "x" * 600},
    ],
)
def test_a_wrong_check_is_refused_in_words(ask, row):
    error = ask("POST", "checks", row, 422)["error"]

    assert error["type"] == "Invalid"
    assert error["problems"][0]["message"]


def test_a_whole_list_is_put(ask, database):
    rows_ = [{"kind": "https", "host": f"{n}.example.net"} for n in range(30)]
    put = {"source": "cmdb", "checks": rows_}

    assert ask("PUT", "checks", put)["inserted"] == 30
    assert ask("PUT", "checks", put)["kept"] == 30
    put["checks"] = rows_[:25] + [{"kind": "https", "host": "new.example.net"}]
    answer = ask("PUT", "checks", put)
    assert (answer["inserted"], answer["removed"]) == (1, 5)
    # What looks like a mistake is asked about.
    error = ask("PUT", "checks", {"source": "cmdb", "checks": []}, 422)["error"]
    assert "force" in error["problems"][0]["message"]
    assert (
        ask("PUT", "checks?force=1", {"source": "cmdb", "checks": []})["removed"] == 26
    )


def test_a_listed_check_is_changed_where_its_list_is(ask):
    ask(
        "PUT",
        "checks",
        {"source": "cmdb", "checks": [{"kind": "tcp", "host": "h", "port": 1}]},
    )
    found = ask("GET", "checks?text=tcp://h")["items"][0]

    error = ask("PATCH", f"checks/{found['id']}", {"title": "T"}, 422)["error"]

    assert "cmdb" in error["problems"][0]["message"]


def test_states(ask):
    answer = ask("GET", "states")

    assert answer["status"] == "crit"
    assert sum(answer["counts"].values()) == 12
    assert {item["state"]["status"] for item in answer["items"]} == {"crit"}
    assert ask("GET", "states?group=web")["counts"]["crit"] == 0


def test_results_are_stored_and_judged(ask, database):
    ask("POST", "checks", {"kind": "passive", "name": "backup"}, 201)

    answer = ask(
        "POST",
        "results",
        {
            "results": [
                {"check": "backup", "status": "crit", "text": "<b>full</b>"},
                {"check": "nobody", "status": "ok"},
                {"check": "https://site-01.example.org", "status": "ok"},
                {"check": "backup", "status": "ok", "time": time.time() + 9999},
            ]
        },
    )

    assert answer["stored"] == 1
    assert [one["place"] for one in answer["refused"]] == [1, 2, 3]
    found = ask("GET", "checks?text=backup")["items"][0]
    assert found["state"]["status"] == "crit"


def test_availability_adds_up(ask):
    answer = ask("GET", "availability?since=2026-01-01&until=2030-01-01")
    one = answer["items"][0]
    alone = ask("GET", f"availability/{one['id']}?since=2026-01-01&until=2030-01-01")

    total = answer["total"]
    assert answer["items_total"] == 12
    assert total["down"] == sum(item["down"] for item in answer["items"])
    assert abs(alone["down"] - one["down"]) <= 2
    assert 0 < total["coverage"] < 1


@pytest.mark.parametrize(
    "query", ["since=yesterday", "since=2026-02-02&until=2026-02-01"]
)
def test_a_wrong_period_is_refused(ask, query):
    assert ask("GET", f"availability?{query}", code=400)["error"]["problems"]


def test_incidents_take_notes_and_care(ask):
    first = ask("GET", "incidents?open=1")["items"][0]
    place = f"incidents/{first['id']}"

    noted = ask("POST", place, {"note": "Disk replaced"})
    cared = ask("POST", place, {"acknowledge": {"text": "me", "hours": 2}})

    assert noted["notes"][-1]["text"] == "Disk replaced"
    assert cared["care"]["author"] == "admin"
    ask("POST", place, {"note": 3}, 400)
    ask("POST", "incidents/999", {"note": "x"}, 404)


@pytest.mark.parametrize(
    "path,name,words",
    [
        ("checks?status=evil", "status", "crit, unknown, warn, ok, unmonitored"),
        ("states?status=evil", "status", "crit, unknown, warn, ok, unmonitored"),
        ("checks?status=ok&status=crit", "status", "only once"),
        ("checks?page=two", "page", "whole number"),
        ("checks?page=0", "page", "whole number"),
        ("checks?size=-1", "size", "whole number"),
        ("states?size=1.5", "size", "whole number"),
        ("incidents?open=maybe", "open", "0, 1"),
        ("availability?with_maintenance=yes", "with_maintenance", "0, 1"),
        ("availability?since=99999999999999999999", "since", "Give a time"),
        ("availability?since=0001-01-01", "since", "Give a time"),
        ("availability?until=9999-12-31", "until", "Give a time"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(ask, path, name, words):
    problem = ask("GET", path, code=400)["error"]["problems"][0]

    assert problem["path"] == name
    assert words in problem["message"]


@pytest.mark.parametrize("page", ["999", "99999999999999999999999"])
def test_a_page_that_is_too_far_is_the_last(ask, page):
    assert ask("GET", f"checks?size=5&page={page}")["page"] == 3


@pytest.mark.parametrize(
    "method,path", [("POST", "checks/3"), ("GET", "states/3"), ("PUT", "checks/3")]
)
def test_an_address_below_that_means_nothing_is_not_found(ask, method, path):
    ask(method, path, {"kind": "https", "host": "x.org"}, 404)


@pytest.mark.parametrize("enabled", ["maybe", "false", 0, 1, None])
def test_enabled_is_true_or_false(ask, enabled):
    number = ask("GET", "checks")["items"][0]["id"]
    ask("PATCH", f"checks/{number}", {"enabled": False})

    change = {"title": "T", "enabled": enabled}
    error = ask("PATCH", f"checks/{number}", change, 400)["error"]

    assert "true or false" in error["problems"][0]["message"]
    after = ask("GET", f"checks/{number}")
    assert (after["enabled"], after["title"] == "T") == (False, False)


NUMBERS = {
    "interval": 99999999999999999999999,
    "slot": 99_999_999_999,
    "fresh": 10**18,
    "grace": 10**30,
    "port": 70_000,
}


@pytest.mark.parametrize("key", NUMBERS)
def test_numbers_have_an_end(ask, key):
    row = {"kind": "https", "host": "big.example.org", key: NUMBERS[key]}
    number = ask("GET", "checks")["items"][0]["id"]

    for method, path, body in (
        ("POST", "checks", row),
        ("PATCH", f"checks/{number}", {key: NUMBERS[key]}),
        ("PUT", "checks", {"source": "cmdb", "checks": [row]}),
    ):
        problem = ask(method, path, body, 422)["error"]["problems"][0]
        assert f"{key} must be" in problem["message"]


def test_managers_may_have_private_addresses_checked(ask):
    row = {"kind": "http", "host": "127.0.0.1", "port": 8080}
    made = ask("POST", "checks", row, 201)
    ask("PATCH", f"checks/{made['id']}", {"address": "10.0.0.1"})

    assert ask("GET", f"checks/{made['id']}")["address"] == "10.0.0.1"
    listed = {**row, "host": "192.168.1.1"}
    assert ask("PUT", "checks", {"source": "c", "checks": [listed]})["inserted"] == 1


def test_a_rule_is_not_paused_here(ask, database):
    """Said in words, and no fault of the database's."""
    number = rows(database, select(t.rule.c.check_id))[0][0]

    for change in ({"enabled": False}, {"enabled": True}, {"title": "T"}):
        error = ask("PATCH", f"checks/{number}", change, 422)["error"]
        assert "is a rule or an alarm" in error["problems"][0]["message"]
    ask("DELETE", f"checks/{number}", code=422)


def test_availability_of_one_check_with_maintenance(ask, database):
    bad = next(item for item in ask("GET", "availability")["items"] if item["down"])
    now = int(time.time())
    engine = open_engine(database)
    with engine.begin() as connection:
        made = connection.execute(
            insert(t.maintenance).values(
                title="Move", since=now - 40 * 86_400, until=now, selector="*"
            )
        )
        connection.execute(
            insert(t.maintenance_span).values(
                check_id=bad["id"],
                since=now - 40 * 86_400,
                until=now,
                maintenance_id=made.inserted_primary_key[0],
            )
        )
    engine.dispose()
    place = f"availability/{bad['id']}"

    assert ask("GET", place)["down"] == 0
    assert ask("GET", f"{place}?with_maintenance=0")["down"] == 0
    assert ask("GET", f"{place}?with_maintenance=1")["down"] > 0


SERVICES = [
    ("GET", "checks"),
    ("POST", "checks"),
    ("PUT", "checks"),
    ("PATCH", "checks/1"),
    ("DELETE", "checks/1"),
    ("GET", "states"),
    ("POST", "results"),
    ("GET", "availability"),
    ("GET", "incidents"),
    ("POST", "incidents/1"),
]


@pytest.mark.parametrize("method,path", SERVICES)
def test_others_may_not(database, url, method, path):
    Client(url)(method, path, {}, 401)
    Client(url, TEST_USER_NAME, TEST_USER_PASSWORD)(method, path, {}, 401)


@pytest.mark.parametrize("method,path", [s for s in SERVICES if s[0] != "GET"])
def test_a_cookie_needs_a_token(database, url, cookie_session, method, path):
    session = cookie_session(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    answer = session.request(method, f"{url}/@hoard-{path}", json={}, timeout=30)

    assert answer.status_code == 403


@pytest.mark.parametrize("method,path", SERVICES)
def test_trouble_is_said_in_words(server, url, tmp_path, method, path):
    configure(database=str(tmp_path / "nowhere.db"))
    body = {"results": []} if path == "results" else {"source": "x", "checks": []}
    if path == "checks" and method == "POST":
        body = {"kind": "https", "host": "x"}
    client = Client(url, SITE_OWNER_NAME, SITE_OWNER_PASSWORD)

    error = client(method, path, body, 503)["error"]

    assert error["type"] == "DatabaseMissing"
    assert "control panel" in error["message"]


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rest-monitoring.md"


def test_the_reference_names_what_is_answered(ask):
    blocks = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    state, row, share = map(json.loads, blocks)

    assert state.keys() == ask("GET", "states")["items"][0]["state"].keys()
    made = ask("POST", "checks", row, 201)
    assert row.items() <= made.items()
    assert share.keys() == ask("GET", "availability")["total"].keys()
    for service in re.findall(r"`[A-Z]+ @(hoard-\w+)", PAGE.read_text("utf-8")):
        assert f"@{service}" in {f"@hoard-{path.split('/')[0]}" for _, path in SERVICES}


HALF = "half \ud800 of it"


@pytest.mark.parametrize(
    "method,path,body",
    [
        ("POST", "checks", {"kind": "https", "host": "h.example.org", "groups": HALF}),
        ("POST", "checks", {"kind": "https", "host": "h.example.org", "tags": [HALF]}),
        ("POST", "checks", {"kind": "https", "host": "h.example.org", "title": HALF}),
        ("PATCH", "checks/3", {"name": HALF}),
        ("PUT", "checks", {"source": HALF, "checks": [{"kind": "https", "host": "h"}]}),
    ],
)
def test_half_a_character_is_refused(ask, method, path, body):
    answer = ask.session.request(method, f"{ask.url}/@hoard-{path}", json=body)

    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("body", [{"note": HALF}, {"acknowledge": {"text": HALF}}])
def test_half_a_character_spoils_no_note(ask, body):
    found = ask("POST", "incidents/1", body)

    assert "half ? of it" in json.dumps(found)


@pytest.mark.parametrize("strange", ["%FFa", "%ED%A0%80", "a%00b"])
@pytest.mark.parametrize(
    "asked",
    ["checks?text=", "checks?group=", "states?group=", "availability?group="],
)
def test_an_address_may_hold_anything(ask, asked, strange):
    ask("GET", asked + strange)


def test_a_forgotten_accept_makes_no_file_that_hides_the_service(ask):
    del ask.session.headers["Accept"]
    body = {"source": "cmdb", "checks": []}

    found = ask("PUT", "checks", body)

    assert found["inserted"] == 0
    ask("GET", "checks", headers={"Accept": "application/json"})
