"""Check trees with the real BTrees classes, without a database around them."""

from . import stubs
from .tree_states import tree_class
from io import BytesIO
from zodbpickle.pickle import Unpickler
import BTrees.check
import datetime
import importlib


class Opaque:
    """A value or key of a class that is not here."""

    def __init__(self, *args):
        pass

    def __new__(cls, *args):
        return object.__new__(cls)

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass


def _datetime(*args):
    """A datetime whose time zone may be a class that is not here."""
    kept = [arg for arg in args if not isinstance(arg, Opaque)]
    return datetime.datetime(*kept)


class Jar:
    """The little of a ZODB connection that trees need to load themselves."""

    def __init__(self, load):
        self._load = load
        self.nodes = {}

    def get(self, oid, class_):
        node = self.nodes.get(oid)
        if node is None:
            node = self.nodes[oid] = class_.__new__(class_)
            node._p_jar = self
            node._p_oid = oid
            node._p_deactivate()
        return node

    def setstate(self, node):
        data = self._load(node._p_oid)
        if data is None:
            raise KeyError(f"0x{node._p_oid.hex()} does not exist")
        _, state = self.parse(data)
        if state is not None:
            node.__setstate__(state)

    def register(self, node):
        raise RuntimeError("a tree changed while it was checked")

    def parse(self, data):
        unpickler = _Unpickler(BytesIO(data))
        unpickler.jar = self
        return unpickler.load(), unpickler.load()


class _Unpickler(Unpickler):
    jar = None

    def find_class(self, module, name):
        if tree_class(f"{module}.{name}") is not None:
            return getattr(importlib.import_module(module), name)
        if (module, name) == ("datetime", "datetime"):
            return _datetime
        if module in ("builtins", "datetime"):
            return getattr(importlib.import_module(module), name, Opaque)
        return Opaque

    def persistent_load(self, pid):
        if isinstance(pid, tuple) and len(pid) == 2 and _is_tree(pid[1]):
            return self.jar.get(stubs.oid_of(pid)[1], pid[1])
        return Opaque()


def _is_tree(class_):
    return isinstance(class_, type) and class_.__module__.startswith("BTrees.")


class TreeCheck:
    """Checks structure, order, and that each key is found.

    :param load: ``oid -> data``, None if there is none.
    """

    def __init__(self, load):
        self._load = load

    def problems(self, oid):
        """What is wrong with the tree, as sentences; at most three."""
        jar = Jar(self._load)
        try:
            class_, _ = jar.parse(self._load(oid))
            if isinstance(class_, tuple):
                class_ = class_[0]
            if not _is_tree(class_):
                return []
            tree = jar.get(oid, class_)
            keys = list(tree.keys())
            return [] if any(map(_opaque, keys)) else self._found(tree, keys)[:3]
        except Exception as error:  # a damaged tree can raise anything
            return [f"{type(error).__name__}: {error}"]

    def _found(self, tree, keys):
        problems = []
        try:
            if keys != sorted(keys, key=lambda key: (key is not None, key)):
                problems.append("its keys are out of order")
        except TypeError as error:
            return [f"its keys cannot be sorted: {error}"]
        lost = [key for key in keys if key not in tree]
        if lost:
            problems.append(f"{len(lost)} keys are not found, such as {lost[0]!r}")
        if hasattr(tree, "_check"):
            try:
                tree._check()
                BTrees.check.check(tree)
            except (AssertionError, TypeError) as error:
                problems.append(str(error))
        return problems


def _opaque(key):
    if isinstance(key, tuple):
        return any(map(_opaque, key))
    return isinstance(key, Opaque)
