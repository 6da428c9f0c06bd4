"""Most records need no symbolic machine: convert them in one pass over the bytes.

A regular expression runs over everything that stays as it is, at the speed of
C, and stops at the few opcodes that may have to change.  That is right as long
as no string's meaning depends on where it stands, so a record is given back to
the machine as soon as anything in it is out of the ordinary: a class with
rules, a tree with object keys, a string that is guessed to be text, a key that
might become equal to another.
"""

from .calls import is_packed_date
from .renames import moved_modules
from .rewrite import literal
from struct import error as struct_error
from struct import pack
from struct import unpack_from
import re


PROTO = b"\x80\x03"
# Strings up to this length are matched by the expression itself.
SHORT = 40

# Larger memo numbers are for the machine to refuse.
_PUT = rb"(?:q.|r...\x00)?"
_CLASS = rb"(?:c[^\n]*\n[^\n]*\n" + _PUT + rb"|h.|j....)"


# What packed dates never fail to match, by length: see `calls.is_packed_date`.
_DATE_LIKE = {4: rb"..[\x01-\x0c]", 6: rb"[\0-\x17]..[\0-\x0f]", 10: rb"..[\x01-\x0c]"}


def _short(opcode, count, content):
    """Alternatives for each short length but 8, which an oid has."""
    lengths = []
    for size in range(SHORT):
        number = re.escape(bytes([size]) + bytes(count - 1))
        if opcode != b"U":
            lengths.append(number + content + b"{%d}" % size)
        elif size in _DATE_LIKE:
            unlike = b"(?!" + _DATE_LIKE[size] + b")"
            lengths.append(number + unlike + content + b"{%d}" % size)
        elif size != 8:
            lengths.append(number + content + b"{%d}" % size)
    return opcode + b"(?:" + b"|".join(lengths) + b")"


def _skip(stops, strings_only=False):
    """All opcodes that stay as they are; globals of *stops* excepted.

    With *strings_only* nothing that could be a key but native strings and tuples.
    """
    names = b"|".join(re.escape(name.encode()) for name in stops)
    parts = [
        rb"[()\]tbuseaRQl012\x81\x85\x86\x87]",
        rb"[qh].",
        _short(b"U", 1, b"[\\x00-\\x7f]"),
        rb"j....",
        rb"r...\x00",
        rb"C\x08.{8}",
        rb"c(?!(?:" + names + rb")\n)[^\n]*\n[^\n]*\n",
    ]
    if not strings_only:
        parts += [
            rb"[N}\x88\x89]",
            rb"K.",
            _short(b"X", 4, b"."),
            rb"J....",
            rb"M..",
            rb"G.{8}",
            rb"\x8a(?:" + b"|".join(b"\\x%02x.{%d}" % (n, n) for n in range(12)) + b")",
        ]
    return re.compile(b"(?:" + b"|".join(parts) + b")*+", re.DOTALL).match


# A whole reference as ZODB3 wrote it, from the mark before the oid.
_REFERENCE = re.compile(
    rb"\(U\x08.{8}(?:q(.)|r(....))?" + _CLASS + rb"tQ", re.DOTALL
).match
_FETCHED_REFERENCE = re.compile(rb"\(h(.)" + _CLASS + rb"tQ", re.DOTALL)
# What may follow an ordinary string of eight bytes, never the oid of a reference.
_AFTER_STRING = re.compile(_PUT + rb"[UXKMJTGN\]}su\x88\x89]", re.DOTALL).match
_OTHER_REFERENCES = re.compile(rb"U\x01[wnm]").search
# References that name the class by two strings in a tuple, or not at all.
_ANY_PUT = rb"(?:q.|r....)?"
_PAIRS = {
    closing: re.compile(
        rb"(?:%b%b|N)%b%bQ" % (closing, _ANY_PUT, closing, _ANY_PUT), re.DOTALL
    ).search
    for closing in (b"t", b"\x86")
}

# A date that is used at once, and the class's memo number.
_DATE = re.compile(
    rb"cdatetime\n(?:datetime|date|time)\n(?:q(.)|r(....))?"
    rb"(\()?(U(?:\x0a.{10}|\x04.{4}|\x06.{6}))(?:q(.)|r(....))?"
    rb"(?(3)t|\x85)" + _PUT + rb"R",
    re.DOTALL,
).match

# Records of these are for the machine, whatever is in them.
_MACHINE_RECORDS = re.compile(
    rb"(?:\x80.)?c(?:ZODB\.blob\n|BTrees\._?fs)", re.DOTALL
).match
# Native strings that are utf-8 are sorted alike on both Pythons.
_OBJECT_KEYS = re.compile(rb"(?:\x80.)?cBTrees\._?O.BTree\n", re.DOTALL).match
_OBJECT_VALUES = re.compile(rb"(?:\x80.)?cBTrees\._?.OBTree\n", re.DOTALL).match
# What makes values without an order, in a tree.
_UNORDERED = re.compile(rb"\}|[sS]et\n").search
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
        self._skip = _skip(stops)
        self._skip_in_keys = _skip(stops, strings_only=True)

    def __call__(self, data):
        if self._special(data) or _is_for_machine(data):
            return None
        flat = _Flat(data, self._renames, self._guess)
        new = flat.run(self._skip_in_keys if _OBJECT_KEYS(data) else self._skip)
        if flat.binaries and _OBJECT_KEYS(data):
            return None
        self.binaries = flat.binaries
        return new


def named_classes(names, more=()):
    """A search for opcodes that name one of the classes.

    It may find them in ordinary text too, never overlooks one; but a record
    whose own class is named by strings does not begin with the opcode, and an
    old-style instance has another one.
    """
    pairs = (name.rpartition(".")[::2] for name in names)
    forms = [f"{module}\n{name}\n".encode() for module, name in pairs]
    pattern = b"|".join(map(re.escape, sorted((*more, *forms))))
    return re.compile(b"c(?:" + (pattern or b"(?!)") + b")").search


def names_its_class(data):
    """Does the record begin with its class as an opcode, not as strings?"""
    return data[:1] == b"c" or data[:1] == b"\x80" and data[2:3] == b"c"


def _is_for_machine(data):
    if not names_its_class(data):
        return True
    return _MACHINE_RECORDS(data) or _OBJECT_VALUES(data) and _UNORDERED(data, 40)


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
            reference = _REFERENCE(self.data, start - 1) if start else None
            if reference:
                self.edits.append((start, start + 1, b"C"))
                self.oids.append(reference)
                return reference.end()
            if not _AFTER_STRING(self.data, start + 10):
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
        end = start + 5 + _length(self.data, start)
        if end < start or end > len(self.data):
            raise _Odd
        return end

    def short_bytes(self, start):
        return start + 2 + self.data[start + 1]

    def name(self, start):
        """A date, or a class that has another name on Python 3."""
        data = self.data
        date = _DATE(data, start)
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
        if self.plain8 and any(search(data) for search in _PAIRS.values()):
            raise _Odd
        if not self.oids:
            return
        if self.plain8 and (_OTHER_REFERENCES(data) or _FETCHED_REFERENCE.search(data)):
            raise _Odd
        fetched = {match.start() + 1 for match in _FETCHED_REFERENCE.finditer(data)}
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
