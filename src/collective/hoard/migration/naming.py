"""Strings of a record that name things: classes, databases, other objects."""

from .nodes import Global
from .nodes import Sequence
from .nodes import Str


class Naming:
    """The part of a `walk.Walk` that knows how classes and references are written."""

    def _class_of(self, node):
        if type(node) is Global:
            return node.dotted
        if type(node) is Sequence and len(node.items) == 2:
            names = [n for n in node.items if type(n) is Str]
            for name in names:
                self._settle(name, self._places.naming)
            if len(names) == 2:
                return self._named_by_strings(*names)
        if type(node) is Str:
            self._settle(node, self._places.naming)
        return ""

    def _named_by_strings(self, module, name):
        old = module.final, name.final
        module.final, name.final = self._renames(*old)
        return ".".join(old)

    def _reference(self, node, place):
        if place.rule.reaches:
            self.reached.append((node, place.rule))
        pid = node.pid
        if type(pid) is Sequence and pid.mutable:
            self._list_reference(pid)
        elif type(pid) is Sequence:
            self._pair_reference(pid.items)
        elif type(pid) is Str:
            self._settle(pid, self._places.reference)

    def _pair_reference(self, items):
        if items and type(items[0]) is Str:
            self._settle(items[0], self._places.reference)
        for node in items[1:]:
            self._class_of(node)

    def _list_reference(self, pid):
        if len(pid.items) == 1:  # a weak reference of ZODB 3.3
            return self._pair_reference(pid.items)
        kind, info = (*pid.items, None, None)[:2]
        if type(kind) is Str:
            self._settle(kind, self._places.naming)
        if type(info) is not Sequence:
            return None
        items = info.items
        if type(kind) is Str and kind.final in ("n", "m") and items:
            if type(items[0]) is Str:
                self._settle(items[0], self._places.naming)
            items = items[1:]
        elif len(items) == 2 and type(items[1]) is Str:  # weak, other database
            self._settle(items[1], self._places.naming)
            items = items[:1]
        return self._pair_reference(items)
