"""What each opcode does to a `machine.Machine`, which the functions call *m*."""

from .interfaces import BadPickle
from .nodes import Global
from .nodes import Made
from .nodes import Mapping
from .nodes import Sequence
from .nodes import Str
from .scalars import SCALARS


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


def _unknown(m):
    op = m.data[m.pos - 1]
    raise BadPickle(f"unknown opcode 0x{op:02x} at byte {m.pos - 1}")


_BY_OPCODE = {
    **SCALARS,
    b"(": _mark,
    b"0": _pop,
    b"1": lambda m: m.until_mark(),
    b"2": _dup,
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
