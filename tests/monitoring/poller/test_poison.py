"""Results that no database takes: they hold up nobody else's, at no door."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.poller.interfaces import Own
from collective.hoard.monitoring.poller.writer import NEVER
from collective.hoard.monitoring.sources.amqp import settle
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from kombu import Connection
from monitoring.poller.running import Running
from monitoring.poller.running import Site
from monitoring.poller.running import wait_for
from paho.mqtt.publish import single
from urllib.parse import urlsplit
import asyncio
import json
import pytest
import threading
import time


#: What the checks at the doors do not foresee: the store cannot take it.
POISON = b"bytes are no text"


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
)
def database(request, tmp_path):
    if request.param == "sqlite":
        return Site(tmp_path / "monitoring.db")
    server = request.getfixturevalue("postgresql")
    return Site(server.create_database())


def sample(code, text="", status="ok"):
    # Two of one microsecond are one that came twice.
    return Sample(
        "backup", "scripts", time.time() + code / 1e3, status, code, text=text
    )


def in_loop(running, work):
    return asyncio.run_coroutine_threadsafe(work, running._loop).result(20)


def test_guests_of_a_poisoned_batch_are_stored(database):
    """Three bring results at once, those of one cannot be stored."""
    database.add("backup")
    database.token("scripts")
    with Running(database, poller={"flush": 0.5}) as running:
        put = running.service.writer.put_and_wait

        async def bring():
            bad = [sample(3), sample(4, POISON), sample(5)]
            return await asyncio.gather(put([sample(1)]), put(bad), put([sample(2)]))

        first, poisoned, last = in_loop(running, bring())
    assert (first.refused, last.refused) == ([], [])
    assert [(s.code, why) for s, why in poisoned.refused] == [(4, NEVER)]
    codes = sorted(code for (code,) in database.ask("SELECT code FROM sample"))
    assert codes == [1, 2, 3, 5]


def test_our_own_of_a_poisoned_batch_are_stored(database):
    database.add("backup")
    database.token("scripts")
    with Running(database) as running:
        batch = [Own(sample(1)), Own(sample(2, POISON)), Own(sample(3))]
        running._loop.call_soon_threadsafe(running.service.writer.put, batch)
        assert database.wait_for("SELECT code FROM sample WHERE code = 3")
        assert wait_for(lambda: running.service.writer.lost) == 1
    codes = sorted(code for (code,) in database.ask("SELECT code FROM sample"))
    assert codes == [1, 3]


@pytest.mark.parametrize("values", [{"\ud800": 1}, {"a\0": 1}, {"t": [5, "\0"]}])
def test_a_poisoned_result_is_refused_in_words(database, values):
    database.add("backup")
    token = database.token("scripts")
    good = {"check": "backup", "status": "ok"}
    with Running(database) as running:
        bad = {**good, "values": values}
        status, answer = running.send("/results", [bad, good], token)
    assert (status, answer["stored"]) == (200, 1)
    assert "holds" in answer["refused"][0]["why"]


@pytest.mark.services
@pytest.mark.parametrize("start", ["mqtt", "restarted"])
def test_mqtt_goes_on_behind_a_poisoned_message(site, mosquitto, start):
    site.add("backup")
    where = urlsplit(mosquitto.url)
    topic = f"poison/{start}"
    row = {"url": mosquitto.url, "topic": topic, "source": f"poison-{start}"}

    def publish(document):
        data = json.dumps(document)
        single(topic, data, 1, hostname=where.hostname, port=where.port)

    def is_heard():
        publish({"check": "backup", "status": "ok", "code": 1})
        return site.wait_for("SELECT code FROM sample WHERE code = 1", 0.3)

    with Running(site, mqtt=[row]):
        # A subscription takes a moment.
        assert wait_for(is_heard)
        for values in ({"\ud800": 1}, {"t": [5, "\ud800"]}):
            publish({"check": "backup", "status": "ok", "values": values})
        if start == "mqtt":
            publish({"check": "backup", "status": "ok", "code": 7})
            assert site.wait_for("SELECT code FROM sample WHERE code = 7")
    if start == "restarted":
        publish({"check": "backup", "status": "ok", "code": 7})
        with Running(site, mqtt=[row]):
            assert site.wait_for("SELECT code FROM sample WHERE code = 7")


@pytest.mark.services
def test_amqp_rejects_a_poisoned_message(site, rabbitmq):
    site.add("backup")
    name = f"poison-{time.monotonic_ns()}"
    bad = {"check": "backup", "status": "ok", "values": {"\ud800": 1}}
    good = {"check": "backup", "status": "ok", "code": 7}
    with Connection(rabbitmq.url) as connection:
        queue = connection.SimpleQueue(name)
        for document in (bad, good):
            queue.put(json.dumps(document), content_encoding="utf-8")
        queue.close()
    with Running(site, amqp=[{"url": rabbitmq.url, "queue": name}]):
        assert site.wait_for("SELECT code FROM sample WHERE code = 7")
        time.sleep(0.5)
    with Connection(rabbitmq.url) as connection:
        _, left, _ = connection.default_channel.queue_declare(name, passive=True)
    assert left == 0


class Message:
    """What became of it."""

    def __init__(self):
        self.said = []

    def __getattr__(self, name):
        return lambda: self.said.append(name)


def test_an_amqp_message_that_fails_is_not_put_back():
    done, failed, ended = Future(), Future(), Future()
    done.set_result(0)
    failed.set_exception(TypeError("never"))
    ended.cancel()
    pairs = [(Message(), future) for future in (done, failed, ended, None)]
    assert settle(list(pairs)) == []
    said = [message.said for message, _ in pairs]
    assert said == [["ack"], ["reject"], ["requeue"], ["reject"]]


@pytest.fixture
def submit(monkeypatch, capsys, site, tmp_path):
    """``submit(url, *words)``: (exit status, what it said), with a spool."""
    site.add("backup")
    monkeypatch.setenv("HOARD_TEST_TOKEN", site.token("scripts"))

    def run(url, *words):
        fixed = ["--url", url, "--token", "env:HOARD_TEST_TOKEN"]
        status = main(["submit", *fixed, "--spool", str(tmp_path / "spool"), *words])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def test_the_spool_goes_on_behind_a_poisoned_result(site, submit, tmp_path):
    rows = [{"check": "backup", "status": "ok", "time": 5, "values": {"\ud800": 1}}]
    (tmp_path / "spool").write_text("\n".join(map(json.dumps, rows)) + "\n")
    with Running(site) as running:
        status, said = submit(running.url, "--check", "backup", "--status", "ok")
    assert (status, "1 sent." in said, "Refused: backup" in said) == (1, True, True)
    assert (tmp_path / "spool").read_text() == ""


@pytest.fixture
def old_centre():
    """A poller that fails for a batch with the check "poison"."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            data = self.rfile.read(int(self.headers["Content-Length"]))
            rows = json.loads(data)["results"]
            bad = any(row["check"] == "poison" for row in rows)
            answer = {"error": "This failed"} if bad else {"stored": len(rows)}
            body = json.dumps(answer).encode()
            self.send_response(500 if bad else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_what_a_centre_cannot_store_is_dropped_with_words(old_centre, submit, tmp_path):
    names = ["a", "poison", "b", "c"]
    rows = [{"check": name, "status": "ok", "time": 5} for name in names]
    (tmp_path / "spool").write_text("\n".join(map(json.dumps, rows)) + "\n")
    status, said = submit(old_centre, "--check", "d", "--status", "ok")
    assert (status, "4 sent." in said, "'poison': This failed" in said) == (
        1,
        True,
        True,
    )
    assert (tmp_path / "spool").read_text() == ""


def test_more_results_than_a_poller_takes_at_once_are_sent_in_parts(
    site, submit, tmp_path
):
    since = int(time.time()) - 100
    rows = [{"check": "backup", "status": "ok", "time": since + n} for n in range(50)]
    (tmp_path / "spool").write_text("\n".join(map(json.dumps, rows)) + "\n")
    with Running(site, http={"max_results": 10}) as running:
        status, said = submit(running.url, "--check", "backup", "--status", "ok")
    assert (status, said) == (0, "51 sent.\n")
