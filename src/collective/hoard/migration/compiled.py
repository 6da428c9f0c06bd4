"""The pass of `flat` in C, where it could be compiled; the same results, sooner.

Nothing needs it: without a compiler the add-on installs and converts all the
same.  HOARD_NO_ACCELERATOR=1 leaves it aside.
"""

from .flat import special_names
from .patterns import MACHINE_RECORDS
from .patterns import OBJECT_KEYS
from .patterns import OBJECT_VALUES
from .rewrite import literal
import os


try:
    from . import _flat
except ImportError:
    _flat = None

DATES = {"datetime", "date", "time"}


def is_available():
    return _flat is not None and not os.environ.get("HOARD_NO_ACCELERATOR")


class CompiledFlatConverter:
    """Stands for a `flat.FlatConverter`; only where `is_available`."""

    def __init__(self, rules, guess):
        self.binaries = 0
        self._guess = guess
        self._special = special_names(rules.class_names)
        self._renames = rules.renames()
        self._classes = {}

    def __call__(self, data):
        found = _flat.convert(data, self._classes, self._class_of, self._guessed)
        if found is None:
            return None
        new, self.binaries = found
        return new

    def _guessed(self, raw):
        value = self._guess(raw)
        return None if type(value) is str else literal(value)

    def _class_of(self, line):
        """Bits and new name, as `_flat.convert` wants them, of b"module\\nname\\n"."""
        module, name, _ = line.decode("utf-8", "replace").split("\n")
        if line.startswith(self._special):
            return _flat.ODD, None
        if module == "datetime":
            return (_flat.DATE if name in DATES else _flat.ODD), None
        new = self._renames(module, name)
        renamed = None if new == (module, name) else "{}\n{}\n".format(*new).encode()
        return _record_bits(b"c" + line), renamed


def _record_bits(start):
    """What it means for a record to be an instance of that class."""
    bits = _flat.RECORD_ODD if MACHINE_RECORDS(start) else 0
    bits |= _flat.OBJECT_KEYS if OBJECT_KEYS(start) else 0
    return bits | (_flat.OBJECT_VALUES if OBJECT_VALUES(start) else 0)
