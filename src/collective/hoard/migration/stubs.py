"""Load a converted record as ZODB on Python 3 would, without any class of it.

Classes are stand-ins that remember how they were called, so what was loaded
can be written again.  Nothing of the application is imported or run.
"""

from io import BytesIO
from struct import pack
from zodbpickle.pickle import Unpickler
from zodbpickle.pickle_3 import _Pickler
import re


class Named(type):
    """A class or function that is only known by its name."""

    def __call__(cls, *args):
        return _made(cls, args, b"R")


def _made(cls, args, how):
    instance = object.__new__(cls)
    instance.how = how
    instance.args = args
    instance.items = []
    instance.flat = []
    instance.built = False
    instance.state = None
    return instance


class Stub(metaclass=Named):
    """An instance of such a class."""

    def __new__(cls, *args):
        return _made(cls, args, b"\x81")

    def __setstate__(self, state):
        self.built = True
        self.state = state

    def __setitem__(self, key, value):
        self.flat.append((key, value))

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)


class Ref:
    """A persistent reference, with the identifier as it was written."""

    __slots__ = ("pid",)

    def __init__(self, pid):
        self.pid = pid


_classes = {}


def named(module, name):
    key = module, name
    if key not in _classes:
        _classes[key] = Named(name, (Stub,), {"__module__": module})
    return _classes[key]


class StubUnpickler(Unpickler):
    """As ZODB's, but with stand-ins; *references* collects identifiers."""

    def __init__(self, stream):
        super().__init__(stream)
        self.references = []

    def find_class(self, module, name):
        return named(module, name)

    def persistent_load(self, pid):
        self.references.append(pid)
        return Ref(pid)


# A memo number makes the reader reserve eight times as many bytes.
_BIG_MEMO = re.compile(rb"r(?:..[^\0]|...[^\0])", re.DOTALL)
_MEMO_PER_BYTE = 4


class NotLoadable(ValueError):
    """Python 3 cannot read the record."""


def load(data):
    """``(class, state, references)`` of a record.

    :raises NotLoadable: For whatever reason ZODB could not load it.
    """
    if _BIG_MEMO.search(data):
        _check_memo(data)
    unpickler = StubUnpickler(BytesIO(data))
    try:
        return unpickler.load(), unpickler.load(), unpickler.references
    except Exception as error:  # unpickling garbage can raise anything
        raise NotLoadable(f"{type(error).__name__}: {error}") from error


def _check_memo(data):
    from .interfaces import BadPickle
    from .machine import Machine

    machine = Machine(data)
    try:
        machine.read()
        machine.read()
    except BadPickle as error:
        raise NotLoadable(str(error)) from error


def class_name(meta):
    """The dotted name of a loaded class pickle."""
    if isinstance(meta, tuple) and len(meta) == 2:
        first, second = meta
        if isinstance(first, str) and isinstance(second, str):
            return f"{first}.{second}"
        return class_name(first)
    if isinstance(meta, Named):
        return f"{meta.__module__}.{meta.__name__}"
    return ""


def oid_of(pid):
    """``(database or None, oid, is weak)`` of a loaded reference.

    :raises ValueError: ZODB could not read this form.
    """
    if isinstance(pid, tuple):
        pid = pid[0]
    if isinstance(pid, bytes | str):
        return None, _oid(pid), False
    if len(pid) == 1:
        return None, _oid(pid[0]), True
    kind, info = pid
    if kind == "w" and len(info) in (1, 2):
        return (info[1] if len(info) == 2 else None), _oid(info[0]), True
    if (kind, len(info)) in (("n", 2), ("m", 3)):
        return info[0], _oid(info[1]), False
    raise ValueError(f"a reference of unknown form: {pid!r}")


def _oid(value):
    if isinstance(value, str):
        value = value.encode("ascii")
    if len(value) != 8:
        raise ValueError(f"an object number of {len(value)} bytes")
    return value


class _StubPickler(_Pickler):
    """Writes stand-ins as what they stand for."""

    def save(self, obj, save_persistent_id=True):
        kind = type(obj)
        if kind is Ref:
            super().save(obj.pid)
            self.write(b"Q")
        elif kind is Named:
            self._known(obj) or self._global(obj)
        elif isinstance(kind, Named):
            self._known(obj) or self._instance(obj)
        else:
            super().save(obj, save_persistent_id)

    def _known(self, obj):
        known = self.memo.get(id(obj))
        if known:
            self.write(self.get(known[0]))
        return known

    def _global(self, obj):
        self.write(f"c{obj.__module__}\n{obj.__name__}\n".encode())
        self.memoize(obj)

    def _instance(self, obj):
        self.save(type(obj))
        self.save(obj.args)
        self.write(obj.how)
        self.memoize(obj)
        if obj.items:
            self._batch_appends(obj.items)
        if obj.flat:
            self._batch_setitems(obj.flat)
        if obj.built:
            self.save(obj.state)
            self.write(b"b")

    def put(self, i, pack=pack):
        return b"q" + bytes((i,)) if i < 256 else b"r" + pack("<I", i)


def dump(value):
    """The pickle of a loaded value, protocol 3."""
    stream = BytesIO()
    _StubPickler(stream, 3).dump(value)
    return stream.getvalue()
