"""Checked data, remembered while the plain data that it was made of stays equal.

Rules and targets are read with each submission and each message; comparing
them takes a hundredth of checking them.
"""

from copy import deepcopy


#: Far more forms with rules than a process serves at a time; then anew.
SIZE = 500


class Remembered:
    """``remembered(key, data)`` is ``check(data)``; errors are not remembered."""

    def __init__(self, check):
        self._check = check
        self._known = {}

    def __call__(self, key, data):
        known, found = self._known.get(key, (None, None))
        if known is None or known != data:
            found = self._check(data)
            if len(self._known) >= SIZE:
                self._known.clear()
            # A copy: who changes the stored data in place must not change ours.
            self._known[key] = (deepcopy(data), found)
        return found
