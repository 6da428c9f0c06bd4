"""Generated pickles of all protocols, checked against the real unpickler."""

from collective.hoard.migration import compiled
from collective.hoard.migration.decide import Decider
from collective.hoard.migration.flat import FlatConverter
from collective.hoard.migration.interfaces import BadPickle
from collective.hoard.migration.layout import MAGIC_PY2
from collective.hoard.migration.machine import Machine
from collective.hoard.migration.reading import SourceFile
from collective.hoard.migration.records import RecordConverter
from collective.hoard.migration.rules import built_in
from collective.hoard.migration.stubs import load
from collective.hoard.migration.stubs import NotLoadable
from functools import cache
from hypothesis import example
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from io import BytesIO
from pathlib import Path
from struct import pack
from zodbpickle.pickle import Unpickler
import pytest


BOUNDED = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck)
)


class Native(bytes):
    """A string of Python 2."""


class Python2Pickler:
    """Writes pickles as Python 2 did, protocols 0 to 3, with a memo.

    *twins* makes equal strings one object, as interning and sharing do.
    """

    def __init__(self, protocol, twins):
        self.protocol = protocol
        self.twins = twins
        self.out = bytearray()
        self.memo = {}

    def dump(self, value):
        if self.protocol >= 2:
            self.out += b"\x80" + bytes([self.protocol])
        self.save(value)
        self.out += b"."
        return bytes(self.out)

    def put(self, key):
        number = len(self.memo)
        self.memo[key] = number
        if self.protocol == 0:
            self.out += b"p%d\n" % number
        else:
            self.out += (
                b"q" + bytes([number]) if number < 256 else b"r" + pack("<I", number)
            )

    def fetched(self, key):
        number = self.memo.get(key)
        if number is None:
            return False
        if self.protocol == 0:
            self.out += b"g%d\n" % number
        else:
            self.out += (
                b"h" + bytes([number]) if number < 256 else b"j" + pack("<I", number)
            )
        return True

    def save(self, value):
        key = (
            (type(value), value)
            if self.twins and isinstance(value, bytes | str)
            else id(value)
        )
        if isinstance(value, bytes | str | list | dict) and self.fetched(key):
            return
        getattr(self, f"save_{type(value).__name__}")(value)
        if isinstance(value, bytes | str):
            self.put(key)

    def save_Native(self, value):
        if self.protocol == 0:
            body = repr(bytes(value))[1:].encode("ascii")
            self.out += b"S" + body + b"\n"
        elif len(value) < 256:
            self.out += b"U" + bytes([len(value)]) + value
        else:
            self.out += b"T" + pack("<i", len(value)) + value

    def save_str(self, value):
        if self.protocol == 0:
            escaped = value.replace("\\", "\\u005c").replace("\n", "\\u000a")
            self.out += b"V" + escaped.encode("raw-unicode-escape") + b"\n"
        else:
            raw = value.encode("utf-8")
            self.out += b"X" + pack("<I", len(raw)) + raw

    def save_bytes(self, value):  # zodbpickle.binary
        self.out += b"C" + bytes([len(value)]) + value

    def save_NoneType(self, value):
        self.out += b"N"

    def save_bool(self, value):
        if self.protocol < 2:
            self.out += b"I01\n" if value else b"I00\n"
        else:
            self.out += b"\x88" if value else b"\x89"

    def save_int(self, value):
        if self.protocol == 0:
            self.out += b"L%dL\n" % value if value > 10 else b"I%d\n" % value
        elif -(2**31) <= value < 2**31:
            self.out += b"J" + pack("<i", value)
        elif self.protocol < 2:
            self.out += b"L%dL\n" % value
        else:
            raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
            self.out += b"\x8a" + bytes([len(raw)]) + raw

    def save_float(self, value):
        self.out += b"G" + pack(">d", value) if self.protocol else b"F%r\n" % value

    def save_tuple(self, value):
        self.out += b"("
        for item in value:
            self.save(item)
        self.out += b"t"

    def save_list(self, value):
        self.out += b"]" if self.protocol else b"(l"
        self.put(id(value))
        for item in value:
            self.save(item)
            self.out += b"a"

    def save_dict(self, value):
        self.out += b"}" if self.protocol else b"(d"
        self.put(id(value))
        for key, item in value.items():
            self.save(key)
            self.save(item)
            self.out += b"s"


natives = st.one_of(
    st.text(st.characters(max_codepoint=127), max_size=300).map(str.encode),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(str.encode),
    st.text("äöüß éàx\n", max_size=12).map(lambda t: t.encode("latin-1")),
    st.binary(max_size=20),
    st.binary(min_size=8, max_size=8),
    st.binary(min_size=250, max_size=300),
).map(Native)
leaves = st.one_of(
    natives,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.none(),
    st.booleans(),
    st.integers(-(2**80), 2**80),
    st.floats(allow_nan=False),
)
keys = st.one_of(natives, st.integers(0, 300), st.tuples(natives, st.integers(0, 3)))
values = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.lists(below, max_size=6),
        st.lists(below, max_size=6).map(tuple),
        st.dictionaries(keys, below, max_size=6),
    ),
    max_leaves=30,
)
decide = Decider()


def expected(value):
    """What the definition of right says, independently of any opcode."""
    if isinstance(value, Native):
        return decide(bytes(value))[0]
    if isinstance(value, tuple | list):
        return type(value)(expected(item) for item in value)
    if isinstance(value, dict):
        return {expected(key): expected(item) for key, item in value.items()}
    return value


def loaded(data):
    """A record's state as ZODB on Python 3 reads it."""
    unpickler = Unpickler(BytesIO(data))
    unpickler.load()
    return unpickler.load()


def as_typed(value):
    """Tells True from 1 and -0.0 from 0.0, which == does not."""
    if isinstance(value, tuple | list):
        return [type(value).__name__, *map(as_typed, value)]
    if isinstance(value, dict):
        return [(as_typed(k), as_typed(v)) for k, v in value.items()]
    return type(value).__name__, repr(value)


def record(state, protocol, twins=True):
    return b"N." + Python2Pickler(protocol, twins).dump(state)


def has_collisions(value):
    if isinstance(value, dict):
        if len(expected(value)) != len(value):
            return True
        return any(map(has_collisions, value.values()))
    return isinstance(value, tuple | list) and any(map(has_collisions, value))


@BOUNDED
@given(values, st.integers(0, 3), st.booleans())
@example({Native(b"a"): Native(b"\xe9")}, 0, True)
@example([Native(b"\xc3\xa4"), Native(b"\xc3\xa4")], 1, True)
@example(Native(b"'\"\\\n\x00"), 0, True)
def test_values_are_what_the_definition_says(value, protocol, twins):
    if has_collisions(value):
        return
    converted = RecordConverter(built_in()).convert(record(value, protocol, twins))

    assert converted.findings == []
    assert as_typed(loaded(converted.data)) == as_typed(expected(value))


@BOUNDED
@given(st.dictionaries(natives, values, max_size=5), st.integers(1, 3), st.booleans())
def test_the_short_way_and_the_machine_agree(value, protocol, twins):
    data = b"capp\nDoc\nq\xff." + Python2Pickler(protocol, twins).dump(value)
    thorough = RecordConverter(built_in())
    thorough._flat = None

    for short in filter(None, (way(data) for way in short_ways())):
        converted = thorough.convert(data)
        assert converted.findings == []
        assert short == converted.data


def short_ways():
    """The short way in Python and, where it was built, compiled."""
    guess = Decider().guess
    yield FlatConverter(built_in(), guess)
    if compiled.is_available():
        yield compiled.CompiledFlatConverter(built_in(), guess)


SAMPLES = sorted((Path(__file__).parent / "data").glob("*.fs"))


@cache
def sample_records():
    """Every record of the samples: dates, references, trees, all of them."""
    found = set()
    for path in SAMPLES:
        source = SourceFile(str(path), MAGIC_PY2)
        for transaction in source.transactions():
            found.update(r.data for r in source.records(transaction) if r.data)
        source.close()
    return sorted(found)


@BOUNDED
@given(st.data())
def test_a_damaged_record_is_read_alike_by_all_ways(data):
    """What the short way makes of it is what the machine does, if that can."""
    whole = bytearray(data.draw(st.sampled_from(sample_records())))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.sampled_from([0, 1, 8, 0x28, *b"UCXhqtQ}.\xc3", 255]))
    thorough = RecordConverter(built_in())
    thorough._flat = None
    converted = thorough.convert(bytes(whole))
    if any(f.code == "unreadable-record" for f in converted.findings):
        return

    for short in filter(None, (way(bytes(whole)) for way in short_ways())):
        assert short == converted.data
        assert converted.findings == []


@BOUNDED
@given(values, st.integers(0, 3))
def test_converting_twice_changes_nothing(value, protocol):
    converter = RecordConverter(built_in())
    once = converter.convert(record(value, protocol)).data

    assert converter.convert(once).data == once


@BOUNDED
@given(values, st.integers(0, 3), st.data())
def test_broken_bytes_are_refused_not_believed(value, protocol, data):
    whole = bytearray(record(value, protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(
            st.integers(0, 255)
        )
    broken = bytes(whole[: data.draw(st.integers(0, len(whole)))])

    converted = RecordConverter(built_in()).convert(broken)

    try:
        load(converted.data)
    except NotLoadable:
        pass  # a problem that verification names
    assert isinstance(converted.data, bytes)


@BOUNDED
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_pickle_or_an_error(data):
    machine = Machine(data)
    try:
        machine.read()
    except BadPickle:
        pass


@pytest.mark.parametrize("shared", [[1, 2], {"a": 1}])
def test_shared_values_stay_shared(shared):
    converted = RecordConverter(built_in()).convert(record((shared, shared), 2)).data

    one, other = loaded(converted)
    assert one is other


def test_a_cycle_stays_a_cycle():
    cycle = [Native(b"\xc3\xa4")]
    cycle.append(cycle)

    found = loaded(RecordConverter(built_in()).convert(record(cycle, 1)).data)

    assert found[0] == "ä"
    assert found[1] is found


@pytest.mark.parametrize(
    "pattern,flags,refused",
    [
        (b".*\\.pdf\\Z(?ms)", 24, False),
        (b"(?i)abc", 2, False),
        (b"abc", 4, True),  # LOCALE: Python 3 has it for bytes only
        (b"a**", 0, True),
    ],
)
def test_patterns_that_python_3_refuses_are_named(pattern, flags, refused):
    state = b"}U\x01ncre\n_compile\nU" + bytes([len(pattern)]) + pattern
    data = b"capp\nDoc\n." + state + b"K" + bytes([flags]) + b"\x86Rs."

    codes = {f.code for f in RecordConverter(built_in()).convert(data).findings}

    assert codes == ({"old-pattern"} if refused else set())
