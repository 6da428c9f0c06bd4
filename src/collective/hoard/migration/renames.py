"""Where classes and functions of Python 2's own library live on Python 3."""

from _compat_pickle import IMPORT_MAPPING
from _compat_pickle import NAME_MAPPING


# ZODB looks these up by the module they really live in.
EXTRA = {
    ("webdav.LockItem", "LockItem"): ("OFS.LockItem", "LockItem"),
}


def moved_modules():
    """Names of modules in which anything has another name on Python 3."""
    pairs = (*EXTRA, *NAME_MAPPING)
    return {*IMPORT_MAPPING, *(module for module, _ in pairs)}


class Renames:
    """Maps ``(module, name)`` to the name that Python 3 knows.

    *user* holds the site owner's own renames and goes first.
    """

    def __init__(self, user=()):
        self._user = dict(user)
        self._known = {}

    def __call__(self, module, name):
        key = (module, name)
        new = self._known.get(key)
        if new is None:
            new = self._known[key] = self._look_up(key)
        return new

    def _look_up(self, key):
        for table in (self._user, EXTRA, NAME_MAPPING):
            if key in table:
                return table[key]
        module, name = key
        return IMPORT_MAPPING.get(module, module), name
