"""How a list says that its checks are judged."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.poller.lists import ListRefused
from collective.hoard.monitoring.poller.lists import put_list
from collective.hoard.monitoring.poller.tokens import Bearer
from monitoring.poller.running import Site
from sqlalchemy import select
import pytest
import time


BEARER = Bearer(0, "list", "push", False, True, None)
NOW = 1_800_000_000


@pytest.fixture
def store(tmp_path):
    return Site(tmp_path / "monitoring.db").store


def put(store, now=NOW, **columns):
    row = {"name": "site", "kind": "passive", **columns}
    return put_list(store, BEARER, [row], now)


def rules(store):
    names = ("since", "policy", "m", "n", "quorum")
    columns = [t.regime.c[name] for name in names]
    with store.engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(t.regime.c.since))
        return [tuple(row) for row in rows]


def test_without_a_word_the_best_counts(store):
    put(store)

    assert rules(store) == [(0, "best", None, None, None)]


def test_a_new_check_is_judged_as_it_says(store):
    put(store, policy="m of n", m=2, n=3, quorum=2, reference=True)

    assert rules(store) == [(0, "m of n", 2, 3, 2)]
    with store.engine.connect() as connection:
        assert connection.scalar(select(t.check.c.reference)) is True


def test_a_change_holds_from_then_on(store):
    put(store)
    put(store, now=NOW + 1000, policy="worst")
    put(store, now=NOW + 2000, policy="worst")

    assert rules(store) == [
        (0, "best", None, None, None),
        (NOW + 1000, "worst", None, None, None),
    ]


def test_what_is_taken_back_is_as_usual(store):
    put(store, reference=True, policy="last")
    assert put(store, now=NOW + 1000).changed == 1

    assert rules(store)[-1][1] == "best"
    with store.engine.connect() as connection:
        assert connection.scalar(select(t.check.c.reference)) is False


def test_the_verdict_follows(store):
    now = int(time.time()) // 600 * 600 - 600
    put(store, now=now, policy="worst")
    store.ensure_source("probe")
    store.record(
        [
            Sample("site", "probe", now + 1, "ok", 200),
            Sample("site", "probe", now + 2, "crit", 500),
        ]
    )

    with store.engine.connect() as connection:
        assert connection.scalar(select(t.standing.c.status)) == 2


@pytest.mark.parametrize(
    "columns,words",
    [
        ({"policy": "average"}, "policy must be one of: best, worst, last, m of n"),
        ({"policy": ["best"]}, "policy must be one of"),
        ({"policy": "m of n"}, "needs m and n"),
        ({"policy": "m of n", "m": 3, "n": 2}, "m not above n"),
        ({"m": 1}, "belong to the policy"),
        ({"n": 2, "policy": "worst"}, "belong to the policy"),
        ({"quorum": 0}, "quorum must be a whole number from 1 to 100"),
        ({"quorum": True}, "quorum must be a whole number"),
        ({"quorum": 10**30}, "quorum must be a whole number"),
        ({"reference": "yes"}, "reference must be true or false"),
    ],
)
def test_what_makes_no_sense_is_refused(store, columns, words):
    with pytest.raises(ListRefused, match=words):
        put(store, **columns)
