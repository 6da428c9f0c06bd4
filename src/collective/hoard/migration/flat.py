"""Most records need no symbolic machine: convert them in one pass over the bytes.

A regular expression runs over everything that stays as it is, at the speed of
C, and stops at the few opcodes that may have to change.  That is right as long
as no string's meaning depends on where it stands, so a record is given back to
the machine as soon as anything in it is out of the ordinary: a class with
rules, a tree with object keys, a string that is guessed to be text, a key that
might become equal to another.
"""

from .calls import is_packed_date
from .patterns import AFTER_STRING
from .patterns import DATE
from .patterns import FETCHED_REFERENCE
from .patterns import MACHINE_RECORDS
from .patterns import OBJECT_KEYS
from .patterns import OBJECT_VALUES
from .patterns import OTHER_REFERENCES
from .patterns import PAIRS
from .patterns import REFERENCE
from .patterns import skipping
from .patterns import UNORDERED
from .renames import moved_modules
from .rewrite import literal
from struct import error as struct_error
from struct import pack
from struct import unpack_from
import re


PROTO = b"\x80\x03"
_ALWAYS = (
    b"re\n_compile\n",
    b"sets\n",
    b"array\n",
    b"zodbpickle\n",
    b"TimeStamp\n",
    b"persistent.TimeStamp\n",
    b"persistent.timestamp\n",
    b"persistent._timestamp\n",
)


class FlatConverter:
    """Converts a record, or gives it back with None.

    *binaries* counts the strings of the last record that are neither utf-8 nor
    read as text.

    :param rules: The `rules.RuleBook`; records that name its classes are given
        back.
    :param guess: ``bytes -> text or bytes`` for strings that are not utf-8.
    """

    def __init__(self, rules, guess):
        self.binaries = 0
        self._guess = guess
        self._special = named_classes(rules.class_names, _ALWAYS)
        self._renames = rules.renames()
        moved = {module for module, _ in rules.user_renames}
        stops = sorted({"datetime", *moved_modules(), *moved})
        self._skip = skipping(stops)
        self._skip_in_keys = skipping(stops, strings_only=True)

    def __call__(self, data):
        if self._special(data) or _is_for_machine(data):
            return None
        keys = OBJECT_KEYS(data)
        flat = _Flat(data, self._renames, self._guess)
        new = flat.run(self._skip_in_keys if keys else self._skip)
        if keys and (flat.binaries or flat.marked and flat.texts):
            return None  # Python 2 sorted native strings before marked ones
        self.binaries = flat.binaries
        return new


def named_classes(names, more=()):
    """A search for opcodes that name one of the classes.

    It may find them in ordinary text too, never overlooks one; but a record
    whose own class is named by strings does not begin with the opcode, and an
    old-style instance has another one.
    """
    pattern = b"|".join(map(re.escape, sorted((*more, *_lines(names)))))
    return re.compile(b"c(?:" + (pattern or b"(?!)") + b")").search


def special_names(names):
    """How the names of classes begin that the machine has to look at."""
    return tuple(sorted((*_ALWAYS, *_lines(names))))


def _lines(names):
    """Dotted *names* as opcodes spell them."""
    pairs = (name.rpartition(".")[::2] for name in names)
    return [f"{module}\n{name}\n".encode() for module, name in pairs]


def names_its_class(data):
    """Does the record begin with its class as an opcode, not as strings?"""
    return data[:1] == b"c" or data[:1] == b"\x80" and data[2:3] == b"c"


def _is_for_machine(data):
    if not names_its_class(data):
        return True
    return MACHINE_RECORDS(data) or OBJECT_VALUES(data) and UNORDERED(data, 40)


class _Odd(Exception):
    """Something that only the machine can tell."""


class _Flat:
    """One record; *edits* replace parts of it, in order."""

    __slots__ = (
        "data",
        "renames",
        "guess",
        "edits",
        "oids",
        "dates",
        "plain8",
        "binaries",
        "marked",
        "texts",
    )

    def __init__(self, data, renames, guess):
        self.data = data
        self.renames = renames
        self.guess = guess
        self.binaries = 0
        self.edits = []
        self.oids = []
        self.dates = []
        self.plain8 = False
        self.marked = False
        self.texts = False

    def run(self, skip):
        try:
            self._pickles(skip)
            self._check_memos()
        except (_Odd, IndexError, ValueError, struct_error):
            return None
        data, position, out = self.data, 0, []
        for start, end, new in self.edits:
            out.append(data[position:start])
            out.append(new)
            position = end
        out.append(data[position:])
        return b"".join(out)

    def _pickles(self, skip):
        data, stops = self.data, _STOPS
        position = 0
        for _ in range(2):
            position = self._protocol(position)
            while True:
                position = skip(data, position).end()
                opcode = data[position]
                if opcode == 0x2E:
                    position += 1
                    break
                position = stops[opcode](self, position)
        if position != len(data):
            raise _Odd

    def _protocol(self, position):
        head = self.data[position : position + 2]
        if head == PROTO:
            return position + 2
        if head[:1] != b"\x80":
            self.edits.append((position, position, PROTO))
            return position
        if head[1:] not in (b"\1", b"\2"):
            raise _Odd
        self.edits.append((position, position + 2, PROTO))
        return position + 2

    def _text(self, start, begin, end):
        """A native string: as it is if ascii, as text if utf-8, else odd."""
        data = self.data
        raw = data[begin:end]
        if len(raw) != end - begin or is_packed_date(raw):  # maybe a subclass of date
            raise _Odd
        if not raw.isascii():
            try:
                raw.decode("utf-8")
                new = b"X" + pack("<I", len(raw)) + raw
                self.texts = True
            except UnicodeDecodeError:
                new = self._guessed(raw)
            if new in data:  # maybe an equal key
                raise _Odd
            self.edits.append((start, end, new))
        return end

    def _guessed(self, raw):
        value = self.guess(raw)
        if type(value) is str:  # its place has a say
            raise _Odd
        self.binaries += 1
        return literal(value)

    def short_string(self, start):
        size = self.data[start + 1]
        if size == 8:
            reference = REFERENCE(self.data, start - 1) if start else None
            if reference:
                self.edits.append((start, start + 1, b"C"))
                self.oids.append(reference)
                return start + 10
            if not AFTER_STRING(self.data, start + 10):
                raise _Odd
            self.plain8 = True
        return self._text(start, start + 2, start + 2 + size)

    def long_string(self, start):
        begin = start + 5
        size = _length(self.data, start)
        if size < 0:
            raise _Odd
        return self._text(start, begin, begin + size)

    def skipped(self, start):
        """Text and marked bytes stay."""
        self.marked = True
        end = start + 5 + _length(self.data, start)
        if end < start or end > len(self.data):
            raise _Odd
        return end

    def short_bytes(self, start):
        self.marked = True
        return start + 2 + self.data[start + 1]

    def name(self, start):
        """A date, or a class that has another name on Python 3."""
        data = self.data
        date = DATE(data, start)
        if date:
            at = date.start(4)
            self.edits.append((at, at + 1, b"C"))
            self.dates.append(date)
            return date.end()
        end = data.index(b"\n", data.index(b"\n", start) + 1)
        module, name = data[start + 1 : end].decode("utf-8").split("\n")
        if module == "datetime":
            raise _Odd
        new = self.renames(module, name)
        if new != (module, name):
            self.edits.append((start, end, f"c{new[0]}\n{new[1]}".encode()))
        return end + 1

    def _check_memos(self):
        """Strings that became bytes must not be fetched as anything else."""
        data = self.data
        for date in self.dates:
            for number in (date[1], date[5]):
                if number and b"h" + number in data:
                    raise _Odd
            if date[2] or date[6]:
                raise _Odd
        if self.plain8 and any(search(data) for search in PAIRS.values()):
            raise _Odd
        if not self.oids:
            return
        if self.plain8 and (OTHER_REFERENCES(data) or FETCHED_REFERENCE.search(data)):
            raise _Odd
        fetched = {match.start() + 1 for match in FETCHED_REFERENCE.finditer(data)}
        for reference in self.oids:
            if reference[2]:
                raise _Odd
            if reference[1]:
                self._only_fetched_at(b"h" + reference[1], fetched)

    def _only_fetched_at(self, get, places):
        at = self.data.find(get)
        while at >= 0:
            if at not in places:
                raise _Odd
            at = self.data.find(get, at + 1)


def _length(data, start):
    return unpack_from("<i", data, start + 1)[0]


def _odd(flat, start):
    raise _Odd


_HANDLERS = {
    b"U": _Flat.short_string,
    b"T": _Flat.long_string,
    b"X": _Flat.skipped,
    b"B": _Flat.skipped,
    b"C": _Flat.short_bytes,
    b"c": _Flat.name,
}
_STOPS = [_HANDLERS.get(bytes([opcode]), _odd) for opcode in range(256)]
