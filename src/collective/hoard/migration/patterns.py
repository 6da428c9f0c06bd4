"""Regular expressions for `flat`: what stays as it is, and where it has to stop."""

import re


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


def skipping(stops, strings_only=False):
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
REFERENCE = re.compile(
    rb"\(U\x08.{8}(?:q(.)|r(....))?" + _CLASS + rb"tQ", re.DOTALL
).match
FETCHED_REFERENCE = re.compile(rb"\(h(.)" + _CLASS + rb"tQ", re.DOTALL)
# What may follow an ordinary string of eight bytes, never the oid of a reference.
AFTER_STRING = re.compile(_PUT + rb"[UXKMJTGN\]}su\x88\x89]", re.DOTALL).match
OTHER_REFERENCES = re.compile(rb"U\x01[wnm]").search
# References that name the class by two strings in a tuple, or not at all.
_ANY_PUT = rb"(?:q.|r....)?"
PAIRS = {
    closing: re.compile(
        rb"(?:%b%b|N)%b%bQ" % (closing, _ANY_PUT, closing, _ANY_PUT), re.DOTALL
    ).search
    for closing in (b"t", b"\x86")
}

# A date that is used at once, and the class's memo number.
DATE = re.compile(
    rb"cdatetime\n(?:datetime|date|time)\n(?:q(.)|r(....))?"
    rb"(\()?(U(?:\x0a.{10}|\x04.{4}|\x06.{6}))(?:q(.)|r(....))?"
    rb"(?(3)t|\x85)" + _PUT + rb"R",
    re.DOTALL,
).match

# Records of these are for the machine, whatever is in them.
MACHINE_RECORDS = re.compile(
    rb"(?:\x80.)?c(?:ZODB\.blob\n|BTrees\._?fs)", re.DOTALL
).match
# Native strings that are utf-8 are sorted alike on both Pythons.
OBJECT_KEYS = re.compile(rb"(?:\x80.)?cBTrees\._?O.BTree\n", re.DOTALL).match
OBJECT_VALUES = re.compile(rb"(?:\x80.)?cBTrees\._?.OBTree\n", re.DOTALL).match
# What makes values without an order, in a tree.
UNORDERED = re.compile(rb"\}|[sS]et\n").search
