"""Real servers: they start, answer, come back with their data, and go."""

from amqp import Message
from amqp.exceptions import MessageNacked
from kombu import Connection
from pathlib import Path
from servers import NotOurs
from servers import NotStarted
from servers import NotThere
from servers import SERVERS
from servers.clamd import EICAR
from servers.clamd import SIGNATURE
from servers.server import receive
from sqlalchemy import create_engine
from sqlalchemy import text
import json
import os
import paho.mqtt.client as mqtt
import pysolr
import pytest
import servers
import signal
import socket
import struct
import subprocess
import sys
import time


pytestmark = pytest.mark.services
NAMES = sorted(SERVERS)
CHILD = """
import sys, time
sys.path.insert(0, {tests!r})
from servers import SERVERS
server = SERVERS[{name!r}]().start()
print(server.directory, *server.processes, flush=True)
time.sleep(600)
"""


@pytest.fixture(params=NAMES)
def server(request):
    return request.getfixturevalue(request.param)


# What clients do with each: write one thing, read it again.


def solr_write(server):
    pysolr.Solr(server.url, timeout=60).add(
        [{"id": "kept", "a_s": "kept"}], commit=True
    )


def solr_read(server):
    return [hit["a_s"] for hit in pysolr.Solr(server.url, timeout=60).search("id:kept")]


def rabbitmq_write(server):
    with Connection(server.url, connect_timeout=60) as connection:
        channel = connection.channel()
        channel.queue_declare("kept", durable=True, auto_delete=False)
        channel.confirm_select()
        channel.basic_publish_confirm(
            Message("kept", delivery_mode=2),
            routing_key="kept",
        )


def rabbitmq_read(server):
    with Connection(server.url, connect_timeout=60) as connection:
        channel = connection.channel()
        message = channel.basic_get("kept", no_ack=True)
        channel.queue_delete("kept")
        return [message and message.body]


def mosquitto_client(server):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", server.port)
    client.loop_start()
    return client


def mosquitto_write(server):
    client = mosquitto_client(server)
    client.publish("kept", "kept", qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def mosquitto_read(server):
    got = []
    client = mosquitto_client(server)
    client.on_message = lambda client, data, message: got.append(message.payload)
    client.subscribe("kept", qos=1)
    until(lambda: got)
    client.disconnect()
    client.loop_stop()
    return [payload.decode() for payload in got]


def postgresql_write(server):
    engine = create_engine(server.url)
    with engine.begin() as connection:
        connection.execute(text("create table kept (a text)"))
        connection.execute(text("insert into kept values ('kept')"))
    engine.dispose()


def postgresql_read(server):
    engine = create_engine(server.url)
    with engine.begin() as connection:
        found = [row.a for row in connection.execute(text("select a from kept"))]
        connection.execute(text("drop table kept"))
    engine.dispose()
    return found


def clamd_write(server):
    pass


def clamd_read(server):
    return ["kept" if scan(server, b"clean") == "stream: OK" else "?"]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def scan(server, data):
    """What clamd says of *data*."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        parts = struct.pack("!I", len(data)) + data + struct.pack("!I", 0)
        connection.sendall(b"zINSTREAM\0" + parts)
        return connection.makefile("rb").read().rstrip(b"\0").decode()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_data_survives(server, end):
    globals()[f"{server.name}_write"](server)
    getattr(server, end)()
    assert not server.processes
    server.start()
    assert globals()[f"{server.name}_read"](server) == ["kept"]


def test_a_paused_server_hangs_and_comes_back(server):
    server.pause()
    with pytest.raises(TimeoutError):
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.settimeout(0.5)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            receive(connection, 1)
    server.resume()
    assert until(server._answers)


def test_a_stopped_server_refuses_connections(server):
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 5)


@pytest.mark.parametrize("harm", ["stop", "kill", "pause"])
def test_what_a_test_broke_is_healed(mosquitto, harm):
    getattr(mosquitto, harm)()
    mosquitto.heal()
    assert until(mosquitto._answers)


def test_the_shared_server_is_healed_before_each_test(mosquitto):
    # The test above left it healed or not; the one before that stopped it.
    assert mosquitto.running


@pytest.mark.parametrize("name", NAMES)
def test_closing_leaves_nothing(own_server, name):
    server = own_server(name)
    directory, processes = server.directory, server.processes
    assert directory.exists() and processes
    server.close()
    assert not directory.exists()
    assert not any(map(is_alive, processes))


def test_what_a_server_leaves_behind_is_buried(rabbitmq):
    keeper = rabbitmq._keeper.pid
    children = Path(f"/proc/{keeper}/task/{keeper}/children")

    def dead():
        return [pid for pid in children.read_text().split() if not is_alive(int(pid))]

    assert until(lambda: not dead())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("name", ["mosquitto", "postgresql", "rabbitmq"])
def test_a_killed_test_run_leaves_nothing(
    require_server, python_environment, name, number
):
    require_server(name)
    tests = str(Path(servers.__file__).parents[1])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(tests=tests, name=name)],
        env=python_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    directory, *processes = child.stdout.readline().split()
    child.send_signal(number)
    child.communicate()
    assert until(lambda: not os.path.exists(directory))
    assert not any(map(is_alive, map(int, processes)))


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_program_is_named_with_its_package(monkeypatch, name):
    cls = SERVERS[name]
    monkeypatch.setattr(cls, "programs", lambda self: {"such-a-program": None})
    with pytest.raises(NotThere, match=f"such-a-program.*apt-get.*{cls.packages[0]}"):
        cls().start()


def test_a_server_that_does_not_start_shows_its_log(own_server):
    with pytest.raises(NotStarted, match="(?s)does not start.*nonsense"):
        own_server("mosquitto", more="nonsense here")


def test_a_running_server_is_taken_by_its_variable(mosquitto, monkeypatch):
    monkeypatch.setenv("HOARD_MOSQUITTO_URL", mosquitto.url)
    server = servers.get_server("mosquitto")
    assert server.url == mosquitto.url
    with pytest.raises(NotOurs, match="HOARD_MOSQUITTO_URL"):
        server.stop()


def test_a_variable_that_names_nothing_is_an_error(monkeypatch):
    monkeypatch.setenv("HOARD_RABBITMQ_URL", "amqp://me:secret@127.0.0.1:1//")
    with pytest.raises(NotStarted, match="me:[.]{3}@127.0.0.1:1//") as info:
        servers.get_server("rabbitmq")
    assert "secret" not in str(info.value)


def test_a_running_server_is_taken_from_the_list(mosquitto, monkeypatch, tmp_path):
    monkeypatch.delenv("HOARD_MOSQUITTO_URL", raising=False)
    monkeypatch.setattr(servers, "RUNNING", tmp_path / "services.json")
    servers.RUNNING.write_text(json.dumps({"servers": {"mosquitto": mosquitto.url}}))
    assert servers.get_server("mosquitto").adopted == mosquitto.url


def test_clamd_finds_the_test_virus_anywhere(clamd):
    assert scan(clamd, b"x" * 5000 + EICAR + b"y") == f"stream: {SIGNATURE} FOUND"


def test_a_full_queue_refuses(rabbitmq):
    rabbitmq.limit_queues("^full$", 1)
    with Connection(rabbitmq.url) as connection:
        channel = connection.channel()
        channel.queue_declare("full", auto_delete=False)
        channel.confirm_select()
        message = Message("1")
        channel.basic_publish_confirm(message, routing_key="full")
        with pytest.raises(MessageNacked):
            for _ in range(3):
                channel.basic_publish_confirm(message, routing_key="full")
        channel = connection.channel()
        channel.queue_delete("full")
    rabbitmq.unlimit_queues("^full$")


def test_only_who_knows_the_password_gets_into_mosquitto(own_server):
    server = own_server("mosquitto", users={"me": "secret"})

    assert first_answer(server, "wrong") == "Not authorized"
    assert first_answer(server, "secret") == "Success"


def first_answer(server, password):
    answers = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set("me", password)
    client.on_connect = lambda c, data, flags, reason, _: answers.append(str(reason))
    client.connect("127.0.0.1", server.port)
    client.loop_start()
    until(lambda: answers)
    client.disconnect()
    client.loop_stop()
    return answers[0]


def test_each_database_is_fresh(postgresql):
    urls = {postgresql.create_database() for _ in range(2)}
    assert len(urls) == 2
    for url in urls:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("create table a (b int)"))
        engine.dispose()


def test_solr_truncates_what_it_would_refuse(solr):
    client = pysolr.Solr(solr.url, timeout=60)
    client.add([{"id": "long", "a_s": "ä" * 40000, "a_t": "Ärger word"}], commit=True)
    assert len(client.search("id:long").docs[0]["a_s"]) == 8000
    assert client.search("a_t:arger").hits == 1
    solr.empty()
    assert client.search("*:*").hits == 0
