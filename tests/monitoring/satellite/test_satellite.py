"""A satellite and its centre, both running, on loopback."""

from collective.hoard.monitoring.interfaces import WrongUse
from collective.hoard.monitoring.poller.configuration import build
from collective.hoard.monitoring.satellite.service import SatelliteService
from collective.hoard.monitoring.satellite.spool import Spool
from monitoring.poller.running import Running
from monitoring.poller.running import wait_for
from monitoring.satellite.quick import Quick
import pytest
import time


@pytest.fixture
def far(site, target):
    """A check that runs in Berlin, each second; its number."""
    return site.add(
        "far",
        "http",
        address=target.host,
        port=target.port,
        interval=1,
        slot=2,
        timeout=20,
        params={"path": "/fine", "where": ["berlin"]},
    )


@pytest.fixture
def centre(site, port):
    """``centre()``: the centre, running at *port*."""
    return lambda: Running(site, http={"listen": f"127.0.0.1:{port}"})


@pytest.fixture
def satellite(site, port, tmp_path):
    """``satellite(**settings)``: the satellite, running."""
    token = site.token("berlin", kind="satellite")

    def start(**settings):
        settings = {
            "centre": f"http://127.0.0.1:{port}",
            "token": token,
            "spool": str(tmp_path / "satellite.db"),
            **settings,
        }
        return Running(site, Quick, satellite=settings)

    return start


def times(site):
    query = (
        "SELECT s.time + s.frac / 1e6 FROM sample s JOIN source o ON o.id = s.source_id"
    )
    return [row[0] for row in site.ask(f"{query} WHERE o.name = 'berlin' ORDER BY 1")]


def test_results_arrive_at_the_centre(site, far, centre, satellite):
    with centre(), satellite():
        assert wait_for(lambda: times(site))
    assert site.ask("SELECT status, code FROM standing") == [(0, 200)]


def test_a_satellite_has_a_heart(site, far, centre, satellite, monkeypatch):
    monkeypatch.setattr("collective.hoard.monitoring.satellite.service.BEAT", 0.2)
    with centre(), satellite():
        assert site.wait_for(
            "SELECT * FROM poller WHERE name = 'berlin' AND checks = 1"
        )


WHY_NOT = """
    SELECT c.name, s.name, p.text FROM problem p
    JOIN check_ c ON c.id = p.check_id JOIN source s ON s.id = p.source_id
    WHERE p.text LIKE '%{}%'
"""


def test_a_satellite_says_what_it_cannot_run(site, centre, satellite, monkeypatch):
    monkeypatch.setattr("collective.hoard.monitoring.satellite.service.BEAT", 0.2)
    params = {"command": "check_nothing", "where": ["berlin"]}
    site.add("odd", "exec", params=params, interval=1)
    with centre(), satellite():
        found = site.wait_for(WHY_NOT.format("check_nothing"))
        assert [row[:2] for row in found] == [("odd", "berlin")]
        site.store.remove("odd")
        assert wait_for(lambda: not site.ask(WHY_NOT.format("check_nothing")))


def test_what_does_not_run_is_said_of_own_checks_alone(site, far, centre):
    site.add("near", "http", address="127.0.0.1", interval=3600)
    token = site.token("berlin", kind="satellite")
    said = {"problems": {"far": "\ud800broken" * 9000, "near": "x", "none": "x"}}
    with centre() as running:
        assert running.send("/problems", said, token) == (200, {})
        assert running.send("/problems", said, site.token("scripts"))[0] == 403
        ((check, source, text),) = site.ask(WHY_NOT.format("broken"))
    assert (check, source, len(text)) == ("far", "berlin", 500)


@pytest.mark.parametrize(
    "said", [{}, {"problems": ["far"]}, {"problems": {"far": 5}}, []]
)
def test_what_is_no_list_of_problems_is_refused(site, far, centre, said):
    token = site.token("berlin", kind="satellite")
    with centre() as running:
        status, answer = running.send("/problems", said, token)
    assert status == 400
    assert "This is no list of problems: " in answer["error"]


def test_an_older_centre_does_not_know_what_does_not_run(
    site, far, centre, satellite, monkeypatch
):
    from collective.hoard.monitoring.poller.for_satellites import ForSatellites

    def add_routes(self, app):
        app.router.add_get("/checks", self.checks)
        app.router.add_post("/beat", self.beat)

    monkeypatch.setattr(ForSatellites, "add_routes", add_routes)
    monkeypatch.setattr("collective.hoard.monitoring.satellite.service.BEAT", 0.2)
    with centre(), satellite() as running:
        assert wait_for(lambda: running.service.centre._said == {})
        assert wait_for(lambda: times(site))


def test_what_happened_while_the_centre_was_away_heals_the_gap(
    site, far, centre, satellite
):
    with centre(), satellite() as running:
        wait_for(lambda: times(site))
        service = running.service
        with_centre = len(times(site))
        assert with_centre
    with satellite() as running:
        # The centre is away, and was when this satellite started.
        service = running.service
        assert wait_for(lambda: len(service.spool) >= 3)
        gone = int(time.time())
        with centre():
            assert wait_for(lambda: times(site) and times(site)[-1] > gone)
            assert wait_for(lambda: len(service.spool) == 0)
            seen = times(site)
    during = [t for t in seen if t <= gone]
    assert len(during) >= with_centre + 3
    assert len(seen) == len(set(seen))


def test_what_is_sent_twice_is_kept_once(site, far, centre):
    token = site.token("berlin", kind="satellite")
    row = {"check": "far", "status": "ok", "time": int(time.time())}
    with centre() as running:
        for _ in range(3):
            assert running.send("/results", [row, row], token)[0] == 200
    assert len(times(site)) == 1


def test_a_satellite_brings_only_its_own(site, far, centre):
    site.add("near", "http", address="127.0.0.1", interval=3600)
    token = site.token("berlin", kind="satellite")
    with centre() as running:
        status, answer = running.send(
            "/results", {"check": "near", "status": "ok"}, token
        )
    assert status == 422
    assert "does not run at berlin" in answer["refused"][0]["why"]


def test_only_a_satellite_reads_checks(site, far, centre):
    with centre() as running:
        status, _ = running.send("/checks", None, site.token("scripts"), method="GET")
    assert status == 403


def test_a_wrong_token_keeps_the_results(site, far, centre, satellite):
    with centre(), satellite() as first:
        wait_for(lambda: times(site))
        first.service.centre._session.headers["Authorization"] = "Bearer wrong"
        assert wait_for(lambda: "not known" in first.service.centre.trouble)
        assert wait_for(lambda: len(first.service.spool))


def test_an_open_connection_is_refused(site):
    configuration = build({"satellite": {"centre": "http://centre.example"}}, [])
    with pytest.raises(WrongUse, match="https"):
        SatelliteService(configuration)


def rows(count, since=1000):
    return [{"check": "a", "time": since + n, "status": "ok"} for n in range(count)]


@pytest.fixture
def spool(tmp_path):
    made = []

    def make(now=1000, **limits):
        made.append(Spool(tmp_path / "spool.db", clock=lambda: now, **limits))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_spool_gives_the_oldest_first(spool):
    one = spool()
    one.add(rows(3, 2000))
    one.add(rows(3, 1000))
    found = one.oldest(4)
    assert [row["time"] for _, row in found] == [1000, 1001, 1002, 2000]
    one.remove([key for key, _ in found])
    assert [row["time"] for _, row in one.oldest(9)] == [2001, 2002]


def test_a_spool_survives_a_restart(spool):
    spool().add(rows(3))
    assert len(spool()) == 3


def test_a_spool_is_bounded_by_age(spool):
    one = spool(now=1100, max_age=50)
    one.add(rows(100))
    assert one.oldest(1)[0][1]["time"] == 1050
    assert one.lost == 50


def test_a_spool_is_bounded_by_size(spool):
    one = spool(max_bytes=1000)
    for at in range(20):
        one.add(rows(10, 1000 + at * 10))
    kept = [row["time"] for _, row in one.oldest(999)]
    assert sum(len(str(row)) for _, row in one.oldest(999)) < 1300
    assert kept[-1] == 1199
    assert one.lost == 200 - len(kept)


def test_a_replay_is_paced(site, far, centre, satellite):
    with centre(), satellite() as running:
        wait_for(lambda: times(site))
        service = running.service
        now = int(time.time())
        backlog = [
            {"check": "far", "time": now - 1000 + n, "status": "ok", "code": 200}
            for n in range(200)
        ]
        began = time.monotonic()
        service.spool.add(backlog)
        assert wait_for(lambda: len(service.spool) <= 180)
        # One check a second, five times that, but ten at least at once.
        took = time.monotonic() - began
        assert took > 1
        assert 200 - len(service.spool) <= 20 + 10 * took


def test_a_token_of_another_kind_is_said_with_what_to_do(
    site, far, centre, satellite, caplog
):
    with centre(), satellite(token=site.token("scripts")) as running:
        assert wait_for(lambda: "403" in running.service.centre.trouble)
        time.sleep(0.3)
    assert "--kind satellite' at the centre makes one. Results wait" in caplog.text
    assert ".." not in caplog.text


def test_a_result_that_the_centre_never_takes_holds_up_no_other(
    site, far, centre, satellite, monkeypatch
):
    from collective.hoard.monitoring.poller import server

    real = server.take_in

    def take_in(rows, *arguments):
        if any(row.get("code") == 666 for row in rows):
            raise TypeError("a mistake of ours")
        return real(rows, *arguments)

    monkeypatch.setattr(server, "take_in", take_in)
    now = int(time.time())
    row = {"check": "far", "status": "ok", "code": 1}
    with satellite() as running:
        spool = running.service.spool
        codes = (1, 666, 2)
        spool.add([{**row, "code": c, "time": now - 50 + c % 9} for c in codes])
        with centre():
            assert wait_for(lambda: len(spool) == 0)
    query = "SELECT code FROM sample WHERE code < 100 ORDER BY code"
    assert site.ask(query) == [(1,), (2,)]
