"""Counters that changes move agree with counting all members anew."""

from collective.hoard.monitoring.judge.board import Board
from collective.hoard.monitoring.judge.interfaces import Member
from collective.hoard.monitoring.judge.interfaces import Rule
from collective.hoard.monitoring.judge.interfaces import RuleError
from collective.hoard.monitoring.judge.interfaces import UNKNOWN_MEMBERS
from collective.hoard.monitoring.judge.parser import parse_rule
from collective.hoard.monitoring.judge.parser import parse_selector
from collective.hoard.monitoring.judge.rulebook import RuleBook
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st


NAMES = [f"c{n}" for n in range(8)]
STATUSES = ["ok", "warn", "crit", "unknown", "unmonitored", "maintenance"]
selectors = st.recursive(
    st.sampled_from([*NAMES, "c*", "group:g", "tag:t", "c?"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        ),
        inner.map(lambda s: f"(not {s})"),
    ),
    max_leaves=4,
)
signs = st.sampled_from([">=", "<=", "<", ">", "==", "!="])
comparisons = st.one_of(
    st.builds("up({}) {} {} %".format, selectors, signs, st.integers(0, 100)),
    st.builds(
        "count({}, {}) {} {}".format,
        selectors,
        st.sampled_from(["ok", "warn", "crit", "up", "down", "unknown"]),
        signs,
        st.integers(0, 8),
    ),
    st.builds("min {} of group:g".format, st.integers(0, 5)),
)
rules = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("min 2 of ({}, {}, {})".format, inner, inner, inner),
    ),
    max_leaves=4,
)
moves = st.lists(
    st.tuples(st.sampled_from(range(8)), st.sampled_from(STATUSES)), max_size=25
)


def members():
    for number, name in enumerate(NAMES):
        groups = frozenset({"g"} if number % 2 else ())
        tags = frozenset({"t"} if number % 3 else ())
        yield Member(number, name, groups=groups, tags=tags)


class Scan:
    """Facts by counting all members, as the counters must not."""

    def __init__(self, board):
        self.board = board
        self.tallies = self

    def __getitem__(self, selector):
        self.selector = selector
        found = [m for m in self.board.members.values() if selector.matches(m)]
        return Counted([self.board.statuses[m.id] for m in found])


class Counted:
    def __init__(self, statuses):
        self.statuses = statuses

    def count(self, status, unknown):
        if status == "unknown":
            total = [s for s in self.statuses if s != "unmonitored"]
            return self.statuses.count("unknown"), len(total)
        stands = {"strict": "crit", "lenient": "ok", "excluded": None}[unknown]
        seen = [stands if s == "unknown" else s for s in self.statuses]
        seen = [s for s in seen if s in ("ok", "warn", "crit")]
        wanted = {"up": ("ok", "warn"), "down": ("crit",)}.get(status, (status,))
        return sum(s in wanted for s in seen), len(seen)


@settings(max_examples=150, deadline=None)
@given(st.lists(rules, min_size=1, max_size=4), moves, st.sampled_from(UNKNOWN_MEMBERS))
def test_incremental_rules_equal_full_rescans(texts, moves, unknown):
    board = Board()
    book = RuleBook(board)
    for member in members():
        board.add(member, "ok")
    for number, text in enumerate(texts):
        book.add(Rule(100 + number, f"r{number}", text, unknown=unknown))
    book.arrange()
    book.evaluate(book.rules, 0)
    for member_id, status in moves:
        book.evaluate(board.move(member_id, status), 0)
        for kept in book.rules.values():
            value = kept.expression.value(Scan(board), unknown)
            expected = {True: "ok", False: "crit", None: "unknown"}[value]
            assert kept.status == expected, kept.rule.expression


@settings(max_examples=200, deadline=None)
@given(selectors)
def test_selectors_are_written_as_they_are_read(text):
    selector = parse_selector(text)
    assert parse_selector(str(selector)) == selector


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab():,*"\\ %<>=@/09.andorut#\n', max_size=40))
def test_any_text_is_a_rule_or_a_mistake_with_its_place(text):
    try:
        parse_rule(text)
    except RuleError as error:
        assert 0 <= error.position <= len(error.text)
        assert "line" in str(error)
