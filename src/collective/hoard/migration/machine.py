"""Which opcode puts which value where: a pickle machine that builds nothing.

It knows all opcodes up to protocol 3, text and binary.  No class is imported
and nothing is called: see :mod:`collective.hoard.migration.nodes` for what is
put together instead.
"""

from .nodes import Global
from .nodes import Made
from .nodes import Mapping
from .nodes import Pickle
from .nodes import Reference
from .nodes import Sequence
from .nodes import Str
from codecs import escape_decode
from struct import unpack_from
import struct


# A memo number above this makes the reader of Python 3 reserve gigabytes.
MEMO_LIMIT = 1 << 24


class BadPickle(ValueError):
    """The bytes are no pickle that ZODB could have written."""


class Machine:
    """Reads the pickles of one record; they share one memo.

    After `read`, *strings*, *globals*, *references* and *mades* list what was
    met, in the order of the opcodes.
    """

    def __init__(self, data):
        self.data = data
        self.pos = 0
        self.memo = {}
        self.strings = []
        self.globals = []
        self.references = []
        self.mades = []
        self.stack = []
        self.marks = []

    def read(self):
        """Read one pickle from the current position.

        :raises BadPickle: Anything is wrong with it.
        """
        start = self.pos
        self.stack = []
        self.marks = []
        data = self.data
        handlers = HANDLERS
        if data[start : start + 1] == b"\x80":
            self.pos += 2
            if data[start + 1 : start + 2] not in (b"\0", b"\1", b"\2", b"\3"):
                raise BadPickle("pickle protocol above 3 or cut short")
        body = self.pos
        try:
            while True:
                op = data[self.pos]
                self.pos += 1
                if op == 0x2E:
                    break
                handlers[op](self)
            root = self.stack.pop()
        except BadPickle:
            raise
        except (IndexError, KeyError, TypeError, ValueError, struct.error) as error:
            raise BadPickle(
                f"{type(error).__name__} at byte {self.pos}: {error}"
            ) from error
        if self.stack or self.marks:
            raise BadPickle(f"values left over at byte {self.pos}")
        return Pickle(root, start, body, self.pos)

    def line(self):
        end = self.data.index(b"\n", self.pos)
        line = self.data[self.pos : end]
        self.pos = end + 1
        return line

    def take(self, size):
        start = self.pos
        end = start + size
        if size < 0 or end > len(self.data):
            raise BadPickle(f"a value of {size} bytes at byte {start} is cut short")
        self.pos = end
        return self.data[start:end]

    def number(self, form, size):
        value = unpack_from(form, self.data, self.pos)[0]
        self.pos += size
        return value

    def until_mark(self):
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def string(self, start, value):
        node = Str(start, self.pos, value)
        self.strings.append(node)
        self.stack.append(node)

    def called(self, callee, args):
        node = Made(callee, args, self.pos)
        self.mades.append(node)
        self.stack.append(node)

    def refer(self, pid):
        node = Reference(pid)
        self.references.append(node)
        self.stack.append(node)

    def named(self, opcode):
        start = self.pos - 1
        module = self.line().decode("utf-8")
        name = self.line().decode("utf-8")
        node = Global(module, name, start, self.pos, opcode)
        self.globals.append(node)
        return node

    def put(self, index, start):
        if index > MEMO_LIMIT:
            raise BadPickle(f"memo number {index} is out of all proportion")
        node = self.stack[-1]
        self.memo[index] = node
        if type(node) is Made:
            node.puts.append((start, self.pos, index))

    def get(self, index, start):
        node = self.memo[index]
        if type(node) is Str:
            node = Str(start, self.pos, node.value, node.origin or node)
            self.strings.append(node)
        self.stack.append(node)


def _mark(m):
    m.marks.append(m.stack)
    m.stack = []


def _pop(m):
    if m.stack:
        m.stack.pop()
    else:
        m.stack = m.marks.pop()


def _dup(m):
    node = m.stack[-1]
    if type(node) is Str:
        node = Str(m.pos - 1, m.pos, node.value, node.origin or node)
        m.strings.append(node)
    m.stack.append(node)


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


def _tuple(m):
    items = m.until_mark()
    m.stack.append(Sequence(items))


def _last(count):
    def handler(m):
        if len(m.stack) < count:
            raise BadPickle(f"too few values for a tuple at byte {m.pos}")
        m.stack[-count:] = [Sequence(m.stack[-count:])]

    return handler


def _list(m):
    items = m.until_mark()
    m.stack.append(Sequence(items, True))


def _dict(m):
    flat = m.until_mark()
    m.stack.append(Mapping(_even(m, flat)))


def _even(m, flat):
    if len(flat) % 2:
        raise BadPickle(f"a key without a value at byte {m.pos}")
    return flat


def _append(m):
    item = m.stack.pop()
    _items_of(m).append(item)


def _appends(m):
    items = m.until_mark()
    _items_of(m).extend(items)


def _items_of(m):
    target = m.stack[-1]
    if type(target) is Made or type(target) is Sequence and target.mutable:
        return target.items
    raise BadPickle(f"appending to no list at byte {m.pos}")


def _setitem(m):
    value = m.stack.pop()
    key = m.stack.pop()
    _flat_of(m).extend((key, value))


def _setitems(m):
    flat = _even(m, m.until_mark())
    _flat_of(m).extend(flat)


def _flat_of(m):
    target = m.stack[-1]
    if type(target) in (Mapping, Made):
        return target.flat
    raise BadPickle(f"setting a key of no mapping at byte {m.pos}")


def _global(m):
    m.stack.append(m.named(b"c"))


def _inst(m):
    args = m.until_mark()
    m.called(m.named(b"i"), args)


def _obj(m):
    args = m.until_mark()
    m.called(args.pop(0), args)


def _reduce(m):
    args = m.stack.pop()
    m.called(m.stack.pop(), _arguments(m, args))


def _newobj(m):
    args = m.stack.pop()
    m.called(m.stack.pop(), _arguments(m, args))


def _arguments(m, args):
    if type(args) is Sequence:
        return args.items
    if args is None:  # copy_reg of very old records
        return []
    raise BadPickle(f"arguments that are no tuple at byte {m.pos}")


def _build(m):
    state = m.stack.pop()
    target = m.stack[-1]
    if type(target) is not Made:
        raise BadPickle(f"state for no object at byte {m.pos}")
    target.state = state
    target.build = (m.pos - 1, m.pos)


def _persid(m):
    start = m.pos - 1
    line = m.line()
    node = Str(start, m.pos, line)
    m.refer(node)


def _binpersid(m):
    m.refer(m.stack.pop())


def _extension(form, size):
    def handler(m):
        code = m.number(form, size)
        node = Global("copy_reg extension", str(code), m.pos, m.pos, b"")
        m.stack.append(node)

    return handler


def _push(value):
    return lambda m: m.stack.append(value)


def _number(form, size):
    return lambda m: m.stack.append(m.number(form, size))


def _unknown(m):
    op = m.data[m.pos - 1]
    raise BadPickle(f"unknown opcode 0x{op:02x} at byte {m.pos - 1}")


_BY_OPCODE = {
    b"(": _mark,
    b"0": _pop,
    b"1": lambda m: m.until_mark(),
    b"2": _dup,
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
    b"t": _tuple,
    b")": lambda m: m.stack.append(Sequence([])),
    b"\x85": _last(1),
    b"\x86": _last(2),
    b"\x87": _last(3),
    b"l": _list,
    b"]": lambda m: m.stack.append(Sequence([], True)),
    b"d": _dict,
    b"}": lambda m: m.stack.append(Mapping([])),
    b"a": _append,
    b"e": _appends,
    b"s": _setitem,
    b"u": _setitems,
    b"c": _global,
    b"i": _inst,
    b"o": _obj,
    b"R": _reduce,
    b"\x81": _newobj,
    b"b": _build,
    b"P": _persid,
    b"Q": _binpersid,
    b"\x82": _extension("<B", 1),
    b"\x83": _extension("<H", 2),
    b"\x84": _extension("<i", 4),
}
HANDLERS = [_BY_OPCODE.get(bytes([op]), _unknown) for op in range(256)]
