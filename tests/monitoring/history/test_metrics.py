"""Numbers that come with samples: each under the number of its metric."""

from collective.hoard.monitoring.history import states
from collective.hoard.monitoring.interfaces import Sample
from sqlalchemy import event
import pytest


@pytest.fixture
def record(store, clock):
    clock.now = 1000
    store.ensure_source("here")
    store.ensure_check("cellar")

    def record_one(time, **values):
        values = {name: (number, "C") for name, number in values.items()}
        store.record([Sample("cellar", "here", time, "ok", values=values)])

    return record_one


def stored(store):
    query = (
        "SELECT m.name, v.time, v.number FROM metric_value v"
        " JOIN metric m ON m.id = v.metric_id ORDER BY 1, 2"
    )
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_a_metric_is_looked_up_once(store, record):
    record(900, warmth=20.5)
    asked = []
    event.listen(
        store.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    record(901, warmth=21)
    assert not [query for query in asked if "FROM metric" in query]
    assert stored(store) == [("warmth", 900, 20.5), ("warmth", 901, 21)]


def test_what_was_rolled_back_is_not_remembered(store, record):
    record(899, warmth=19)

    class Broken(Exception):
        pass

    with pytest.raises(Broken), store.writing() as connection:
        row = (0, store.check("cellar").id, 900, 0, 1, 0, None, None, None)
        sample = Sample("cellar", "here", 900, "ok", values={"damp": (60, "%")})
        states.keep(connection, [row], [sample], store.metrics)
        raise Broken
    record(901, damp=61)
    assert stored(store) == [("damp", 901, 61), ("warmth", 899, 19)]
