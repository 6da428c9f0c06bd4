"""Whatever is done to a ledger, it answers like a plain dict would."""

from collective.hoard.ledger import _shards
from collective.hoard.ledger import create_ledger
from collective.hoard.ledger.interfaces import DuplicateToken
from collective.hoard.ledger.interfaces import RowMissing
from collective.hoard.ledger.interfaces import StaleRevision
from collective.hoard.ledger.interfaces import TokenUsed
from collective.hoard.ledger.keys import EPOCH
from collective.hoard.ledger.keys import MILLISECOND
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle
from hypothesis.stateful import consumes
from hypothesis.stateful import initialize
from hypothesis.stateful import invariant
from hypothesis.stateful import multiple
from hypothesis.stateful import rule
from hypothesis.stateful import RuleBasedStateMachine
from persistent.mapping import PersistentMapping
from stand_ins import a_site
from ZODB.DB import DB
from zope.annotation.attribute import AttributeAnnotations
import pytest
import transaction


START = 1_767_268_800_000
VALUES = st.dictionaries(
    st.sampled_from("abc"),
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3),
    max_size=3,
)
MOMENTS = st.integers(-50, 400).map(lambda n: EPOCH + (START + n) * MILLISECOND)


def strictly(values):
    """Equal only if the types are equal too."""
    return {key: (type(value), value) for key, value in values.items()}


class LedgerMachine(RuleBasedStateMachine):
    keys = Bundle("keys")

    @initialize()
    def begin(self):
        self.db = DB(None)
        self.connection = self.db.open()
        site = self.connection.root()["site"] = a_site()
        self.ledger = create_ledger(site, "form")
        self.ledger.add_schema({})
        self.ms = START
        self.ledger.clock = lambda: self.ms
        transaction.commit()
        self.rows, self.history, self.tokens = {}, {}, {}
        self.committed = ({}, {}, {})

    def teardown(self):
        transaction.abort()
        if hasattr(self, "db"):
            self.connection.close()
            self.db.close()

    @rule(
        target=keys, values=VALUES, step=st.integers(-20, 40), count=st.integers(1, 40)
    )
    def add(self, values, step, count):
        """Some rows at once, so that leaves and trees do split."""
        new = []
        for _ in range(count):
            self.ms += step
            new.append(key := self.ledger.add(values, schema=1))
            assert key not in self.rows
            self.rows[key], self.history[key] = dict(values), []
        return multiple(*new)

    @rule(values=VALUES, token=st.integers(0, 5))
    def add_with_token(self, values, token):
        token |= START << 20
        if token not in self.tokens:
            key = self.ledger.add(values, schema=1, token=token)
            self.rows[key], self.history[key] = dict(values), []
            self.tokens[token] = strictly(values)
            return
        same = self.tokens[token] == strictly(values)
        with pytest.raises(DuplicateToken if same else TokenUsed):
            self.ledger.add(values, schema=1, token=token)

    @rule(key=keys, values=VALUES, off=st.sampled_from([0, 0, 0, 1, -1]))
    def change(self, key, values, off):
        if key not in self.rows:
            with pytest.raises(RowMissing):
                self.ledger.change(key, values, revision=0)
            return
        revision = len(self.history[key])
        if off:
            with pytest.raises(StaleRevision):
                self.ledger.change(key, values, revision=revision + off)
            return
        before = self.rows[key]
        after = {**before, **values}
        if strictly(before) != strictly(after):
            self.history[key].append((before, after))
        self.rows[key] = after
        new = self.ledger.change(key, values, revision=revision)
        assert new == len(self.history[key])

    @rule(some=st.lists(consumes(keys), min_size=1, max_size=60, unique=True))
    def remove(self, some):
        there = [key for key in some if key in self.rows]
        assert self.ledger.remove(*some) == len(there)
        for key in there:
            del self.rows[key], self.history[key]

    @rule(until=MOMENTS, limit=st.integers(0, 60))
    def purge(self, until, limit):
        old = [key for key in sorted(self.rows) if self.time(key) < until][:limit]
        assert self.ledger.purge(until, limit) == len(old)
        for key in old:
            del self.rows[key], self.history[key]

    @rule(since=st.none() | MOMENTS, until=st.none() | MOMENTS, backward=st.booleans())
    def iterate(self, since, until, backward):
        expected = [
            key
            for key in sorted(self.rows, reverse=backward)
            if (since is None or since <= self.time(key))
            and (until is None or self.time(key) < until)
        ]
        rows = self.ledger.iter_rows(since, until, newest_first=backward)
        assert [row.key for row in rows] == expected

    @rule(
        start=st.none() | keys | st.integers(-(2**70), 2**70),
        off=st.integers(-1, 1),
        size=st.integers(1, 30),
        way=st.sampled_from(["before", "after"]),
    )
    def page(self, start, off, size, way):
        start = start if start is None else start + off
        newest_first = sorted(self.rows, reverse=True)
        if way == "before" or start is None:
            page = self.ledger.page(size, before=start)
            left = [key for key in newest_first if start is None or key < start]
            expected = left[:size]
        else:
            page = self.ledger.page(size, after=start)
            left = [key for key in newest_first if key > start]
            expected = left[-size:]
        assert [row.key for row in page.rows] == expected
        if expected:
            older = expected[-1] if expected[-1] != newest_first[-1] else None
            newer = expected[0] if expected[0] != newest_first[0] else None
            assert (page.older, page.newer) == (older, newer)

    @rule()
    def commit(self):
        transaction.commit()
        self.committed = self.copy()

    @rule()
    def abort(self):
        transaction.abort()
        self.rows, self.history, self.tokens = self.committed
        self.committed = self.copy()

    @rule()
    def forget_the_cache(self):
        self.connection.cacheMinimize()

    def copy(self):
        history = {key: list(changes) for key, changes in self.history.items()}
        return dict(self.rows), history, dict(self.tokens)

    @staticmethod
    def time(key):
        return EPOCH + (key >> 20) * MILLISECOND

    @invariant()
    def same_rows(self):
        assert len(self.ledger) == len(self.rows)
        keys = sorted(self.rows)
        assert self.ledger.bounds() == ((keys[0], keys[-1]) if keys else None)
        stored = {row.key: strictly(row.values) for row in self.ledger.iter_rows()}
        assert stored == {key: strictly(row) for key, row in self.rows.items()}

    @invariant()
    def same_history(self):
        for key, changes in self.history.items():
            revision = self.ledger.get(key).revision
            assert revision == len(self.ledger.history(key)) == len(changes)
            for change, (before, after) in zip(
                self.ledger.history(key), changes, strict=True
            ):
                assert strictly({**before, **change.after}) == strictly(after)
                assert strictly({**after, **change.before}) == strictly(
                    {**change.after, **before}
                )


@pytest.fixture(autouse=True)
def small_trees(monkeypatch):
    monkeypatch.setattr(_shards, "LEAVES", 2)


@pytest.mark.slow
def test_a_ledger_behaves_like_a_dict(annotations):
    from hypothesis.stateful import run_state_machine_as_test
    from zope.component import provideAdapter

    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
