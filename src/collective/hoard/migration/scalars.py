"""Opcodes for strings, numbers and the memo: see `opcodes`."""

from .interfaces import BadPickle
from codecs import escape_decode


def _short_binstring(m):
    start = m.pos - 1
    m.pos += 1
    m.string(start, m.take(m.data[start + 1]))


def _binstring(m):
    start = m.pos - 1
    m.string(start, m.take(m.number("<i", 4)))


def _string(m):
    start = m.pos - 1
    line = m.line().rstrip()
    if len(line) < 2 or line[:1] not in b"\"'" or line[-1:] != line[:1]:
        raise BadPickle(f"badly quoted string at byte {start}")
    m.string(start, escape_decode(line[1:-1])[0])


def _binunicode(m):
    start = m.pos - 1
    m.string(start, m.take(m.number("<I", 4)).decode("utf-8", "surrogatepass"))


def _unicode(m):
    start = m.pos - 1
    m.string(start, m.line().decode("raw-unicode-escape"))


def _binbytes(m):
    m.stack.append(m.take(m.number("<I", 4)))


def _short_binbytes(m):
    m.pos += 1
    m.stack.append(m.take(m.data[m.pos - 1]))


def _binput(m):
    m.pos += 1
    m.put(m.data[m.pos - 1], m.pos - 2)


def _long_binput(m):
    start = m.pos - 1
    m.put(m.number("<I", 4), start)


def _put(m):
    start = m.pos - 1
    m.put(int(m.line()), start)


def _binget(m):
    m.pos += 1
    m.get(m.data[m.pos - 1], m.pos - 2)


def _long_binget(m):
    start = m.pos - 1
    m.get(m.number("<I", 4), start)


def _get(m):
    start = m.pos - 1
    m.get(int(m.line()), start)


def _int(m):
    line = m.line()
    # "00" and "01" are how protocol 1 and below write booleans.
    booleans = {b"00": False, b"01": True}
    m.stack.append(booleans[line] if line in booleans else int(line, 0))


def _long(m):
    m.stack.append(int(m.line().rstrip(b"L"), 0))


def _long1(m):
    m.pos += 1
    m.stack.append(int.from_bytes(m.take(m.data[m.pos - 1]), "little", signed=True))


def _long4(m):
    m.stack.append(int.from_bytes(m.take(m.number("<i", 4)), "little", signed=True))


def _push(value):
    return lambda m: m.stack.append(value)


def _number(form, size):
    return lambda m: m.stack.append(m.number(form, size))


SCALARS = {
    b"U": _short_binstring,
    b"T": _binstring,
    b"S": _string,
    b"X": _binunicode,
    b"V": _unicode,
    b"B": _binbytes,
    b"C": _short_binbytes,
    b"q": _binput,
    b"r": _long_binput,
    b"p": _put,
    b"h": _binget,
    b"j": _long_binget,
    b"g": _get,
    b"N": _push(None),
    b"\x88": _push(True),
    b"\x89": _push(False),
    b"K": _number("<B", 1),
    b"M": _number("<H", 2),
    b"J": _number("<i", 4),
    b"I": _int,
    b"L": _long,
    b"\x8a": _long1,
    b"\x8b": _long4,
    b"F": lambda m: m.stack.append(float(m.line())),
    b"G": _number(">d", 8),
}
