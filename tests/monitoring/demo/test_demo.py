"""The demo's month of monitoring, and its targets."""

from collective.hoard.monitoring.command import main as poller
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.demo import targets
from collective.hoard.monitoring.demo.__main__ import main
from collective.hoard.monitoring.demo.checks import demo_checks
from collective.hoard.monitoring.demo.checks import PUBLIC
from collective.hoard.monitoring.demo.making import make
from collective.hoard.monitoring.demo.making import Ports
from collective.hoard.monitoring.demo.past import lines
from collective.hoard.monitoring.demo.writing import free_ports
from collective.hoard.monitoring.demo.writing import vitals_of
from pathlib import Path
from sqlalchemy import func
from sqlalchemy import select
from urllib.error import HTTPError
from urllib.request import Request
from urllib.request import urlopen
import json
import pytest
import ssl
import urllib.error


NOW = 1_780_000_000
PORTS = Ports(8080, 8001, 8002, 8003)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the demo's database."""
    folder = tmp_path_factory.mktemp("monitoring")
    made = make(str(folder / "m.db"), PORTS, NOW, vitals_of(folder))
    assert (made.checks, made.refused) == (len(demo_checks()), [])
    assert made.results > 50_000
    return folder


@pytest.fixture
def database(place):
    return str(place / "m.db")


def ask(database, query):
    engine = open_engine(database, read_only=True)
    try:
        with engine.connect() as connection:
            return connection.execute(query).all()
    finally:
        engine.dispose()


def count(database, table):
    return ask(database, select(func.count()).select_from(table))[0][0]


def availability(database, capsys, check):
    period = ["--from", str(NOW - 30 * 86400), "--to", str(NOW), "--json"]
    args = ["availability", "--database", database, "--check", check, *period]
    assert poller(args) == 0
    return json.loads(capsys.readouterr().out)


def test_it_is_the_same_each_time():
    assert list(lines(demo_checks(), NOW)) == list(lines(demo_checks(), NOW))


def test_there_is_something_for_every_page(database):
    assert count(database, t.check) >= 40
    for table in (t.group, t.incident, t.incident_note, t.suppressed, t.rule,
                  t.alarm, t.maintenance_span, t.dependency, t.rollup):  # fmt: skip
        assert count(database, table) > 0, table.name


def test_rules_have_a_past(database, capsys):
    found = availability(database, capsys, "rule:library")

    assert found["up"] / 86400 > 25
    assert 3 < found["unknown"] / 3600 < 7
    assert 3 < found["down"] / 3600 < 4


def test_somebody_is_told(database, server):
    assert count(database, t.policy) == 2
    address = f"http://127.0.0.1:{server.server_address[1]}/duty"

    with urlopen(Request(address, b"{}", method="POST")) as answer:
        assert answer.status == 204


def test_nothing_is_known_of_the_time_without_poller(database, capsys):
    found = availability(database, capsys, "www.library.example.org")

    assert 1 < found["unknown"] / 3600 < 7
    assert found["down"] == 0


def test_outages_are_down(database, capsys):
    found = availability(database, capsys, "museum.partners.example.org")

    assert 30 < found["down"] / 3600 < 32


def test_made_again_it_keeps_the_past_and_moves_the_ports(database):
    before = count(database, t.interval)

    assert make(database, Ports(1, 2, 3, 4), NOW).results == 0

    assert count(database, t.interval) == before
    (port,) = ask(database, select(t.check.c.port).where(t.check.c.name == "this site"))
    assert port[0] == 1


def test_prepared_by_the_command_a_poller_takes_it(tmp_path, capsys):
    folder = tmp_path / "monitoring"

    assert main(["prepare", str(folder), "--site-port", "8080"]) == 0

    config = folder / "poller.toml"
    assert poller(["run", "--config", str(config), "--check-config"]) == 0
    modes = {p.name: p.stat().st_mode & 0o777 for p in folder.iterdir()}
    secret = ("vitals-token", "events-secret", "push-token", "poller.toml")
    assert {modes[name] for name in secret} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_ports_stay_while_they_are_free(tmp_path):
    first = free_ports(tmp_path, 8080)
    (tmp_path / "ports.json").write_text(json.dumps({"poller": first.poller}))
    assert free_ports(tmp_path, 8080).poller == first.poller

    with targets.serve(first.poller):
        assert free_ports(tmp_path, 8080).poller != first.poller


@pytest.mark.parametrize(
    "name,now,status",
    [
        ("www.library", 0, 200),
        ("broken.bad", 0, 503),
        ("flapping.bad", 0, 200),
        ("flapping.bad", targets.TURN, 503),
        ("nobody", 0, 404),
    ],
)
def test_each_target_has_its_manner(name, now, status):
    assert targets.answer(f"{name}.example.org", now)[1] == status


@pytest.fixture
def server():
    server = targets.serve(0)
    yield server
    server.shutdown()
    server.server_close()


def test_the_virtual_host_decides(server):
    url = f"http://127.0.0.1:{server.server_address[1]}/"

    with urlopen(Request(url, headers={"Host": "www.shop.example.org"})) as answer:
        assert answer.status == 200
    with pytest.raises(HTTPError, match="503"):
        urlopen(Request(url, headers={"Host": "broken.bad.example.org"}))


def test_the_expired_certificate_is_expired(tmp_path):
    path = Path(tmp_path, "expired.pem")
    server = targets.serve(0, targets.expired(path))
    context = ssl.create_default_context(cafile=path)
    context.check_hostname = False

    with pytest.raises(urllib.error.URLError, match="expired"):
        urlopen(f"https://127.0.0.1:{server.server_address[1]}/", context=context)

    assert path.stat().st_mode & 0o777 == 0o600
    server.shutdown()
    server.server_close()


def test_it_is_never_too_warm_to_believe():
    assert all(4 < targets.temperature(now) < 17 for now in range(0, 90000, 60))


def test_checks_of_public_groups_have_titles():
    """Others are not shown on the public page."""
    shown = [one for one in demo_checks() if one.group in PUBLIC]

    assert len(shown) > 10
    assert all(one.title for one in shown)
    assert not any("example.org" in one.title for one in shown)
