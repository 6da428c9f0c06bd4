"""Which records a run without history keeps."""

from .interfaces import BadPickle
from .interfaces import WrongUse
from .layout import Damage
from .layout import Transaction
from .machine import Machine
from .options import ALL
from .options import PACK
from .positions import Positions
from .references import is_weak
from .references import target


ROOT = b"\0" * 8


def newest(source, folder):
    """`Positions` of the newest record of each object of a source."""
    positions = Positions(folder)
    for transaction in source.transactions():
        if type(transaction) is Transaction:
            for record in source.records(transaction):
                if type(record) is not Damage:
                    positions.set(record.oid, record.position)
    return positions


def kept_records(source, mode, index):
    """A function ``(oid, position) -> bool``, or None to keep everything.

    :param index: Gives the newest positions, called only if they are needed.
    """
    if mode == ALL:
        return None
    positions = index()
    if mode != PACK:
        return lambda oid, position: positions.get(oid) == position
    reached = reachable(source, positions)
    return lambda oid, position: oid in reached and positions.get(oid) == position


class OidSet:
    """A set of object numbers; a bit each as long as they are dense."""

    def __init__(self):
        self._bits = bytearray()
        self._far = set()

    def __contains__(self, oid):
        number = int.from_bytes(oid)
        byte, bit = divmod(number, 8)
        if byte < len(self._bits):
            return bool(self._bits[byte] >> bit & 1)
        return number in self._far

    def add(self, oid):
        number = int.from_bytes(oid)
        byte, bit = divmod(number, 8)
        if byte >= 1 << 27:
            self._far.add(number)
            return
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1024 - len(self._bits)))
        self._bits[byte] |= 1 << bit


def reachable(source, positions):
    """All objects that references lead to from the root of the database."""
    if not positions.get(ROOT):
        raise WrongUse("The source has no root object, so nothing can be packed.")
    found = OidSet()
    found.add(ROOT)
    todo = [ROOT]
    while todo:
        for oid in _referred(source, positions.get(todo.pop())):
            if oid not in found:
                found.add(oid)
                todo.append(oid)
    return found


def _referred(source, position):
    if not position:
        return
    try:
        data = source.data_of(source.record_at(position))
        machine = Machine(data or b"")
        machine.read()
        machine.read()
    except (BadPickle, ValueError):
        return  # converting it will report it
    for reference in machine.references:
        database, oid = target(reference.pid)
        if database is None and oid is not None and not is_weak(reference.pid):
            yield oid
