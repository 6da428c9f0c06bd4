"""The connectors and real servers, well and ill."""

from collective.hoard.connections import borrow
from collective.hoard.connections import pools
from collective.hoard.connections import ServiceSettings
from collective.hoard.connections.breaker import breaker_for
from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.connectors.amqp import AmqpConnector
from collective.hoard.connections.connectors.clamd import ClamdConnector
from collective.hoard.connections.connectors.clamd import FileTooLarge
from collective.hoard.connections.connectors.http import HttpConnector
from collective.hoard.connections.connectors.mqtt import MqttConnector
from collective.hoard.connections.connectors.solr import SolrConnector
from collective.hoard.connections.connectors.sql import SqlConnector
from collective.hoard.connections.interfaces import IConnector
from collective.hoard.connections.interfaces import ServiceDown
from collective.hoard.connections.interfaces import ServiceRefused
from dataclasses import replace
from io import BytesIO
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from urllib.parse import urlsplit
from zope.component import provideUtility
from zope.i18n import interpolate
from zope.interface.verify import verifyObject
import pytest
import sqlalchemy
import time
import transaction


pytestmark = pytest.mark.services

CONNECTORS = {
    "amqp": AmqpConnector(),
    "clamd": ClamdConnector(),
    "http": HttpConnector(),
    "mqtt": MqttConnector(),
    "solr": SolrConnector(),
    "sql": SqlConnector(),
}
SERVERS = {
    "amqp": "rabbitmq",
    "clamd": "clamd",
    "http": "solr",
    "mqtt": "mosquitto",
    "solr": "solr",
    "sql": "postgresql",
}
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR"
    rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
)


@pytest.fixture(autouse=True)
def utilities():
    pushGlobalRegistry()
    for kind, connector in CONNECTORS.items():
        provideUtility(connector, IConnector, kind)
    forget_breakers()
    yield
    pools.close_pools()
    popGlobalRegistry()


@pytest.fixture
def settings_for(monkeypatch, request):
    """``settings_for(kind, **changes)``, for its server, which is started."""

    def settings_for(kind, timeout=20.0, path=None, **changes):
        server = request.getfixturevalue(SERVERS[kind])
        url = server.url if kind != "sql" else server.create_database()
        parts = urlsplit(url)
        reference = ""
        if parts.password:
            monkeypatch.setenv("HOARD_TEST_SECRET", parts.password)
            reference = "env:HOARD_TEST_SECRET"
        url = url.replace(f":{parts.password}@", "@")
        values = {"name": kind, "kind": kind, "url": url, "timeout": timeout}
        values |= {"secret_reference": reference} | changes
        settings = ServiceSettings(**values)
        return settings, server

    return settings_for


def use(settings):
    """Use the service as a caller would; something true if it worked."""
    connector = CONNECTORS[settings.kind]
    if settings.kind in ("amqp", "mqtt"):
        with borrow(settings) as client:
            if settings.kind == "mqtt":
                client.publish("hoard/test", b"{}")
            else:
                message = {"a": 1}, "nowhere"
                client.Producer().publish(*message, timeout=settings.timeout)
        return True
    client = connector.connect(settings)
    if settings.kind == "solr":
        return client.search("*:*").hits == 0
    if settings.kind == "sql":
        with client.reading() as connection:
            return connection.execute(sqlalchemy.text("select 1")).scalar()
    if settings.kind == "clamd":
        return client.scan(BytesIO(b"harmless")).clean
    return client.get("").status_code


def said(trial):
    return interpolate(trial.message, getattr(trial.message, "mapping", None))


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_it_keeps_the_contract(kind):
    assert verifyObject(IConnector, CONNECTORS[kind])


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_it_works_and_says_so(settings_for, kind):
    settings, _server = settings_for(kind)

    trial = CONNECTORS[kind].try_it(settings)

    assert trial.ok, said(trial)
    assert "answer" in said(trial) and "${" not in said(trial)
    assert use(settings)
    assert breaker_for(settings.url).state == "closed"


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_a_restart_between_uses_is_not_noticed(settings_for, kind):
    settings, server = settings_for(kind)
    assert use(settings)

    server.kill()
    server.start()

    assert use(settings)


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
@pytest.mark.parametrize("used", [True, False])
def test_a_server_that_is_gone(settings_for, kind, used):
    settings, server = settings_for(kind)
    if used:
        assert use(settings)
    server.stop()

    for _ in range(3):
        with pytest.raises(ServiceDown):
            use(settings)
    started = time.monotonic()
    with pytest.raises(ServiceDown, match="asked again in"):
        use(settings)
    assert time.monotonic() - started < 2
    assert not CONNECTORS[kind].try_it(settings).ok

    server.start()
    breaker_for(settings.url).success()
    assert use(settings)


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
@pytest.mark.parametrize("used", [True, False])
def test_a_server_that_hangs(settings_for, kind, used):
    settings, server = settings_for(kind, timeout=1.0)
    if used:
        assert use(settings)
    server.pause()
    started = time.monotonic()

    with pytest.raises(ServiceDown):
        use(settings)

    # Connecting, asking, and perhaps once more.
    assert time.monotonic() - started < 15
    trial = CONNECTORS[kind].try_it(settings)
    assert not trial.ok
    assert "in time" in said(trial)
    server.resume()
    assert use(settings)


@pytest.fixture
def with_password(settings_for, own_server, monkeypatch):
    """``with_password(kind)``: settings for a server that asks for one."""

    def with_password(kind):
        if kind != "mqtt":
            return settings_for(kind)[0]
        server = own_server("mosquitto", users={"hoard": "right"})
        monkeypatch.setenv("HOARD_TEST_SECRET", "right")
        url = server.url.replace("mqtt://", "mqtt://hoard@")
        return ServiceSettings(
            "mqtt", "mqtt", url, secret_reference="env:HOARD_TEST_SECRET"
        )

    return with_password


@pytest.mark.parametrize("kind", ["amqp", "mqtt", "sql"])
def test_a_wrong_password(with_password, monkeypatch, kind):
    settings = with_password(kind)
    assert CONNECTORS[kind].try_it(settings).ok
    monkeypatch.setenv("HOARD_TEST_SECRET", "hunter2")

    trial = CONNECTORS[kind].try_it(settings)

    assert not trial.ok
    assert "does not accept the user or the password" in said(trial)
    assert "hunter2" not in said(trial)
    with pytest.raises(ServiceRefused) as caught:
        use(settings)
    assert "hunter2" not in str(caught.value)
    # It answered: others need not wait.
    assert breaker_for(settings.url).state == "closed"


def test_not_solr_and_no_core(settings_for):
    settings, solr = settings_for("solr")
    core = ServiceSettings("solr", "solr", solr.url.replace("/hoard", "/other"))
    not_solr = ServiceSettings("solr", "solr", solr.url.replace("/solr/", "/else/"))

    assert "no core named other" in said(CONNECTORS["solr"].try_it(core))
    assert "not Solr" in said(CONNECTORS["solr"].try_it(not_solr))


def test_http_where_mosquitto_listens(settings_for):
    _settings, mosquitto = settings_for("mqtt")
    url = mosquitto.url.replace("mqtt://", "http://")

    trial = CONNECTORS["solr"].try_it(
        ServiceSettings("solr", "solr", f"{url}/solr/hoard", timeout=1)
    )

    assert not trial.ok


def test_clamd_finds_eicar_and_refuses_what_is_too_large(settings_for):
    settings, _server = settings_for("clamd", timeout=20)
    clamd = CONNECTORS["clamd"].connect(settings)

    infected = clamd.scan(BytesIO(EICAR))
    assert not infected.clean and "eicar" in infected.signature.lower()
    assert clamd.scan(BytesIO(b"x" * 300_000)).clean
    with pytest.raises(FileTooLarge, match="StreamMaxLength"):
        clamd.scan(BytesIO(b"x" * 120_000_000))


def test_amqp_confirms_arrive_at_a_queue(settings_for):
    settings, _server = settings_for("amqp")
    with borrow(settings) as client:
        queue = client.SimpleQueue("hoard-test")
        queue.put({"number": 1}, serializer="json")
        message = queue.get(timeout=20)
        message.ack()
        assert message.payload == {"number": 1}
        queue.close()
        queue.queue.delete()


def test_borrowed_sockets_are_kept(settings_for):
    settings, _server = settings_for("amqp")
    with borrow(settings) as first:
        pass
    with borrow(settings) as second:
        assert second is first


@pytest.mark.parametrize("kind", ["amqp", "mqtt"])
def test_changed_settings_hold_at_once(settings_for, kind):
    settings, _server = settings_for(kind)
    with borrow(settings) as first:
        pass
    with borrow(replace(settings, timeout=3.0)) as second:
        assert second is not first
    with borrow(replace(settings, name="another")) as third:
        assert third is first


def test_sql_joins_the_transaction(settings_for):
    settings, _server = settings_for("sql")
    client = CONNECTORS["sql"].connect(settings)
    with client.engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table t (n integer)"))
    insert = sqlalchemy.text("insert into t values (:n)")

    client.session().execute(insert, {"n": 1})
    savepoint = transaction.savepoint()
    client.session().execute(insert, {"n": 2})
    savepoint.rollback()
    transaction.commit()
    client.session().execute(insert, {"n": 3})
    transaction.abort()

    with client.reading() as connection:
        rows = connection.execute(sqlalchemy.text("select n from t")).scalars().all()
    assert rows == [1]
    assert client.engine.pool.checkedout() == 0


def test_two_connections_share_the_session_of_a_transaction(settings_for):
    settings, _server = settings_for("sql")
    first = CONNECTORS["sql"].connect(settings)
    second = CONNECTORS["sql"].connect(settings)

    assert first.session() is second.session()
    transaction.abort()
