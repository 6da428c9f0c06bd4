"""Which opcode puts which value where: a pickle machine that builds nothing.

It knows all opcodes up to protocol 3, text and binary.  No class is imported
and nothing is called: see :mod:`collective.hoard.migration.nodes` for what is
put together instead.
"""

from .interfaces import BadPickle
from .nodes import Global
from .nodes import Made
from .nodes import Pickle
from .nodes import Reference
from .nodes import Str
from .opcodes import HANDLERS
from struct import unpack_from
import struct


# A memo number above this makes the reader of Python 3 reserve gigabytes.
MEMO_LIMIT = 1 << 24


class Machine:
    """Reads the pickles of one record; they share one memo.

    After `read`, *strings*, *globals*, *references* and *mades* list what was
    met, in the order of the opcodes.
    """

    def __init__(self, data):
        self.data = data
        self.pos = 0
        self.memo = {}
        self.strings = []
        self.globals = []
        self.references = []
        self.mades = []
        self.stack = []
        self.marks = []

    def read(self):
        """Read one pickle from the current position.

        :raises BadPickle: Anything is wrong with it.
        """
        start = self.pos
        self.stack = []
        self.marks = []
        data = self.data
        handlers = HANDLERS
        if data[start : start + 1] == b"\x80":
            self.pos += 2
            if data[start + 1 : start + 2] not in (b"\0", b"\1", b"\2", b"\3"):
                raise BadPickle("pickle protocol above 3 or cut short")
        body = self.pos
        try:
            while True:
                op = data[self.pos]
                self.pos += 1
                if op == 0x2E:
                    break
                handlers[op](self)
            root = self.stack.pop()
        except BadPickle:
            raise
        except (IndexError, KeyError, TypeError, ValueError, struct.error) as error:
            raise BadPickle(
                f"{type(error).__name__} at byte {self.pos}: {error}"
            ) from error
        if self.stack or self.marks:
            raise BadPickle(f"values left over at byte {self.pos}")
        return Pickle(root, start, body, self.pos)

    def line(self):
        end = self.data.index(b"\n", self.pos)
        line = self.data[self.pos : end]
        self.pos = end + 1
        return line

    def take(self, size):
        start = self.pos
        end = start + size
        if size < 0 or end > len(self.data):
            raise BadPickle(f"a value of {size} bytes at byte {start} is cut short")
        self.pos = end
        return self.data[start:end]

    def number(self, form, size):
        value = unpack_from(form, self.data, self.pos)[0]
        self.pos += size
        return value

    def until_mark(self):
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def string(self, start, value):
        node = Str(start, self.pos, value)
        self.strings.append(node)
        self.stack.append(node)

    def called(self, callee, args):
        node = Made(callee, args, self.pos)
        self.mades.append(node)
        self.stack.append(node)

    def refer(self, pid):
        node = Reference(pid)
        self.references.append(node)
        self.stack.append(node)

    def named(self, opcode):
        start = self.pos - 1
        module = self.line().decode("utf-8")
        name = self.line().decode("utf-8")
        node = Global(module, name, start, self.pos, opcode)
        self.globals.append(node)
        return node

    def put(self, index, start):
        if index > MEMO_LIMIT:
            raise BadPickle(f"memo number {index} is out of all proportion")
        node = self.stack[-1]
        self.memo[index] = node
        if type(node) is Made:
            node.puts.append((start, self.pos, index))

    def get(self, index, start):
        node = self.memo[index]
        if type(node) is Str:
            node = Str(start, self.pos, node.value, node.origin or node)
            self.strings.append(node)
        self.stack.append(node)
