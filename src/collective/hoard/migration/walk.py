"""From the nodes of a record to decided strings: who holds what."""

from .calls import ARRAYS
from .calls import OLD_SETS
from .calls import ORDERED
from .calls import PATTERNS
from .calls import RECONSTRUCTORS
from .calls import SETS
from .calls import TRANSPARENT_MODULES
from .naming import Naming
from .node_shapes import flat_pairs
from .node_shapes import has_no_order
from .node_shapes import is_packed
from .node_shapes import is_slots_state
from .nodes import Global
from .nodes import Made
from .nodes import Mapping
from .nodes import Reference
from .nodes import Sequence
from .nodes import Str
from .regexes import flags_first
from .tree_states import parts
from .tree_states import tree_class


# Attributes in which mappings and lists of persistent classes keep their data.
HOLDERS = ("data", "_container")


class Walk(Naming):
    """Walks one record and gives every string its place and its final value.

    After `record`, *mappings* lists the keys of each dict and set, *bucket*
    the parts of a BTree node, *patterns* regular expressions with their flags, and
    *reached* the references that a rule with keys or values goes through, each
    with the rule.
    """

    def __init__(self, places, decider, renames, rule=None):
        self._places = places
        self._decider = decider
        self._renames = renames
        self._rule = rule  # of the attribute that refers to this record
        self._todo = []
        self._seen = {}
        self.mappings = []
        self.old_sets = []
        self.patterns = []
        self.reached = []
        self.unordered = []
        self.tree = None
        self.kind = None

    def record(self, meta, state):
        """Walk the class and the state of a record; the name of the class."""
        class_name = self._meta(meta)
        self.kind = tree_class(class_name)
        if self.kind is not None:
            self._tree(class_name, state)
        elif self._rule is not None:
            self._holder(class_name, state)
        else:
            self._state(state, class_name, self._places.nowhere)
        self._run()
        return class_name

    def value(self, node):
        """Walk a pickle that is no record, such as a transaction's extension."""
        self._todo.append((node, self._places.nowhere))
        self._run()

    # The class pickle

    def _meta(self, node):
        args = None
        if type(node) is Sequence and len(node.items) == 2:
            first, second = node.items
            if type(first) is not Str:
                node, args = first, second
        name = self._class_of(node)
        if args is not None:
            self._todo.append((args, self._places.of(name, "__newargs__")))
        return name

    # States

    def _tree(self, class_name, state):
        kind = self.kind
        tree = self.tree = parts(kind, state)
        if self._rule is None:
            place = self._places.of(class_name, "")
        else:
            place = self._places.reached(class_name, "", self._rule)
            self.reached.extend((link, self._rule) for link in tree.links)
        keys, values = place.member if kind.is_set else place.key, place.value
        if kind.packed:
            keys = values = self._places.reference
        todo = self._todo
        if kind.is_set:
            todo.extend((node, keys) for node in tree.flat)
        else:
            todo.extend((node, keys) for node in tree.flat[::2])
            todo.extend((node, values) for node in tree.flat[1::2])
            self.unordered = [n for n in tree.flat[1::2] if has_no_order(n)]
        todo.extend((node, keys) for node in tree.separators)
        self._run()
        # References, and whatever is not in the form of a tree.
        todo.append((state, self._places.nowhere))

    def _holder(self, class_name, state):
        """A persistent mapping, list or set that a ruled attribute refers to."""
        if type(state) is Mapping:
            self._attributes(state, class_name, self._rule)
        else:
            place = self._places.reached(class_name, "", self._rule)
            self._todo.append((state, place))

    def _state(self, state, class_name, around):
        rule = around.rule if around.rule.reaches else None
        if type(state) is Mapping:
            self._attributes(state, class_name, rule)
        elif is_slots_state(state):
            for part in state.items:
                if type(part) is Mapping:
                    self._attributes(part, class_name, rule)
        elif class_name or around is self._places.nowhere:
            self._todo.append((state, self._places.of(class_name, "")))
        else:
            self._todo.append((state, around))

    def _attributes(self, state, class_name, rule=None):
        flat = state.flat
        places = self._places
        if self._seen_before(state, places.nowhere):
            return
        for index in range(0, len(flat), 2):
            name, value = flat[index], flat[index + 1]
            attribute = ""
            if type(name) is Str:
                self._settle(name, places.nowhere)
                attribute = name.final
            else:
                self._todo.append((name, places.nowhere))
            place = places.of(class_name, attribute)
            if rule is not None and attribute in HOLDERS:
                place = places.reached(class_name, attribute, rule)
            self._todo.append((value, place))
        self.mappings.append((places.nowhere, flat[::2]))

    # Nodes

    def _run(self):
        todo = self._todo
        visit = {
            Str: self._settle,
            Sequence: self._sequence,
            Mapping: self._mapping,
            Made: self._made,
            Reference: self._reference,
        }.get
        while todo:
            node, place = todo.pop()
            handler = visit(type(node))
            if handler is not None:
                handler(node, place)

    def _seen_before(self, node, place):
        """A second visit is worth while only if it brings a rule."""
        before = self._seen.get(id(node))
        self._seen[id(node)] = bool(before) or place.ruled
        return before is not None and (before or not place.ruled)

    def _settle(self, node, place):
        if node.place is not None and not place.ruled:
            return
        node.place = place
        if not node.native:
            return
        treatment = place.rule.becomes
        node.final, node.because = self._decider(node.value, treatment, place.name)

    def _sequence(self, node, place):
        if not self._seen_before(node, place):
            below = place.item
            self._todo.extend((item, below) for item in node.items)

    def _mapping(self, node, place):
        if not self._seen_before(node, place):
            self._pairs(node.flat, place)

    def _pairs(self, flat, place):
        self._todo.extend((key, place.key) for key in flat[::2])
        self._todo.extend((value, place.value) for value in flat[1::2])
        self.mappings.append((place, flat[::2]))

    # Calls

    def _made(self, node, place):
        if self._seen_before(node, place):
            return
        name = node.callee.dotted if type(node.callee) is Global else ""
        if type(node.callee) not in (Global, Str):
            self._todo.append((node.callee, self._places.nowhere))
        args = node.args
        if name in RECONSTRUCTORS and args:
            name, args = self._class_of(args[0]), args[1:]
            if len(args) == 2 and place.ruled:  # a subclass of dict, list, str
                self._todo.append((args.pop(), place))
        self._arguments(name, args, place)
        transparent = name.rpartition(".")[0] in TRANSPARENT_MODULES
        if name in OLD_SETS:
            self.old_sets.append(node)
            self._old_set(node, place)
        elif node.build is not None:
            self._state(node.state, "" if transparent else name, place)
        inner = place
        if not transparent and not place.rule.reaches:
            inner = self._places.of(name, "__items__")
        self._todo.extend((item, inner.item) for item in node.items)
        if node.flat:
            self._pairs(node.flat, inner)

    def _old_set(self, node, place):
        state = node.state
        if type(state) is Sequence and len(state.items) == 1:
            state = state.items[0]
        if type(state) is Mapping:
            self._todo.extend((key, place.member) for key in state.flat[::2])
            self.mappings.append((place, state.flat[::2]))
        elif state is not None:
            self._todo.append((state, place))

    def _arguments(self, name, args, place):
        todo = self._todo
        if args and type(args[0]) is Str and is_packed(name, args[0]):
            self._settle(args[0], self._places.reference)
            args = args[1:]
        elif name in ARRAYS and len(args) == 2 and type(args[1]) is Str:
            self._settle(args[1], self._places.reference)
            args = args[:1]
        elif name in SETS and args and type(args[0]) is Sequence:
            members = args[0].items
            if not self._seen_before(args[0], place.member):
                todo.extend((member, place.member) for member in members)
                self.mappings.append((place, members))
            args = args[1:]
        elif name in PATTERNS and args and type(args[0]) is Str:
            self._pattern(*args[:2])
            args = args[1:]
        elif name in ORDERED and args and type(args[0]) is Sequence:
            flat = flat_pairs(args[0])
            if flat is not None:
                self._pairs(flat, place)
                args = args[1:]
        if name.rpartition(".")[0] not in TRANSPARENT_MODULES:
            place = self._places.of(name, "__args__")
        todo.extend((arg, place) for arg in args)

    def _pattern(self, node, flags=0):
        self._settle(node, self._places.of("re._compile", "pattern"))
        if type(node.final) is str:
            node.final = flags_first(node.final)
        self.patterns.append((node, flags))
