"""Convert one record: read its opcodes, decide its strings, write it anew."""

from . import compiled
from . import rewrite
from .decide import Decider
from .findings import finding
from .flat import FlatConverter
from .interfaces import BadPickle
from .interfaces import Converted
from .keys import key_types
from .keys import order_of
from .keys import settle_collisions
from .machine import Machine
from .places import Places
from .regexes import refused
from .votes import Seen
from .votes import voter
from .walk import Walk


class RecordConverter:
    """Converts records and other pickles of one database.

    :param rules: A `rules.RuleBook`.
    :param decider: A `decide.Decider`.
    :param reach: ``oid (bytes) -> Rule`` for records that a rule reaches
        through a reference; see `reach`.
    :param observe: Called with each decided native string and its place.
    :param hints: Also find what is no fault but worth a look; and name classes.
    """

    def __init__(self, rules, decider=None, reach=None, observe=None, hints=False):
        self._places = Places(rules)
        self._decider = decider or Decider()
        self._reach = {} if reach is None else reach
        self._renames = rules.renames()
        self._observe = observe
        self._hints = hints
        self.seen = Seen()
        self._flat = None
        if observe is None and self._decider.encoding == "utf-8":
            flat = FlatConverter
            if compiled.is_available():
                flat = compiled.CompiledFlatConverter
            self._flat = flat(rules, self._decider.guess)

    def read(self, data, oid=b""):
        """The machine, the pickles and the walk of a record.

        :raises BadPickle: It cannot be understood.
        """
        machine = Machine(data)
        pickles = [machine.read(), machine.read()]
        walk = Walk(self._places, self._decider, self._renames, self._reach.get(oid))
        class_name = walk.record(pickles[0].root, pickles[1].root)
        self._strays(machine)
        return machine, pickles, walk, class_name

    def is_plain(self, data):
        """Are all its native strings utf-8, in positions without meaning?"""
        if self._flat is None or self._flat(data) is None:
            return False
        return not self._flat.binaries

    def take_seen(self):
        """What was `Seen` since the last call."""
        seen, self.seen = self.seen, Seen()
        return seen

    def convert(self, data, oid=b""):
        """A `Converted`; what cannot be understood is kept as it is and named."""
        if self._flat is not None and oid not in self._reach:
            new = self._flat(data)
            if new is not None:
                self.seen.binaries += self._flat.binaries
                return Converted(new)
        try:
            machine, pickles, walk, class_name = self.read(data, oid)
        except (BadPickle, RecursionError, MemoryError) as error:
            return Converted(data, [finding("unreadable-record", oid, error=error)])
        self._see(machine, walk)
        findings = []
        self._keys(walk, class_name, oid, findings)
        self._rules(machine, oid, findings)
        for pattern, flags in walk.patterns:
            error = refused(pattern.final, flags)
            if error:
                findings.append(finding("old-pattern", oid, class_name, error=error))
        if self._observe is not None:
            for string in machine.strings:
                if string.native:
                    self._observe(string, string.place)
        converted = Converted(
            self._written(data, machine, pickles, walk),
            findings,
            walk.kind,
            _order(walk),
            class_name,
        )
        if self._hints:
            self._give_hints(converted, machine, walk, oid)
        return converted

    def _see(self, machine, walk):
        self.seen.reaches = self.seen.reaches or bool(walk.reached)
        for string in machine.strings:
            place = voter(string, self._decider)
            if place is not None:
                if type(string.final) is str:
                    self.seen.texts.add(place)
                else:
                    self.seen.binaries += 1

    def _give_hints(self, converted, machine, walk, oid):
        renamed = {self._renames(g.module, g.name) for g in machine.globals}
        converted.names = renamed
        for place, keys in walk.mappings:
            types = key_types(keys)
            if len(types) > 1:
                where, types = _dotted(place.name), ", ".join(sorted(types))
                converted.findings.append(
                    finding("mixed-keys", oid, where, types=types)
                )

    def convert_value(self, data):
        """A lone pickle, such as a transaction's extension, converted.

        :raises BadPickle: It cannot be understood.
        """
        machine = Machine(data)
        pickles = [machine.read()]
        walk = Walk(self._places, self._decider, self._renames)
        walk.value(pickles[0].root)
        self._strays(machine)
        for _, keys in walk.mappings:
            settle_collisions(keys)
        return self._written(data, machine, pickles, walk)

    def _strays(self, machine):
        """Strings that no value holds are decided like any other."""
        for string in machine.strings:
            if string.final is None:
                string.place = self._places.nowhere
                string.final, string.because = self._decider(string.value)

    def _written(self, data, machine, pickles, walk):
        text_pids = [
            reference
            for reference in machine.references
            if rewrite.is_text_pid(reference, data)
        ]
        edits = [
            *rewrite.string_edits(machine.strings),
            *rewrite.name_edits(machine.globals, self._renames),
            *rewrite.old_set_edits(walk.old_sets),
            *map(rewrite.pid_edit, text_pids),
        ]
        return rewrite.apply(data, pickles, edits)

    def _keys(self, walk, class_name, oid, findings):
        mappings = list(walk.mappings)
        if walk.tree is not None:
            flat = walk.tree.flat
            mappings.append((None, flat if walk.kind.is_set else flat[::2]))
        for place, keys in mappings:
            for string in settle_collisions(keys):
                where = _dotted(place.name) if place else class_name
                findings.append(
                    finding("key-collision", oid, where, value=string.value)
                )
        if walk.unordered:
            types = "sets or dicts"
            findings.append(finding("no-order", oid, class_name, types=types))

    def _rules(self, machine, oid, findings):
        for string in machine.strings:
            treatment = string.place.rule.becomes if string.native else None
            if treatment and string.because not in (str(treatment), "collision"):
                where = _dotted(string.place.name)
                findings.append(finding("rule-failed", oid, where, rule=treatment))


def _dotted(name):
    return ".".join(filter(None, name))


def _order(walk):
    """Whether a tree node's keys are safely sorted on Python 3; None if no tree."""
    if walk.tree is None or not walk.kind.object_keys:
        return None
    flat = walk.tree.flat
    return order_of(flat if walk.kind.is_set else flat[::2])
