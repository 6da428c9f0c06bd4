"""What a pickle describes, as the symbolic machine sees it.

Numbers, ``None``, booleans and byte strings that were marked as such are plain
Python values.  Everything else is one of these nodes.  Positions are offsets
into the record, so an edit can replace exactly the opcodes of one node.
"""


class Str:
    """One occurrence of a string: where it is written or fetched from the memo.

    *value* is bytes for a native string of Python 2, and text otherwise.
    *final* is what it becomes; its type says whether that is text or bytes.
    *place* and *because* say where it stands and what decided it.
    """

    __slots__ = ("start", "end", "value", "origin", "final", "place", "because")

    def __init__(self, start, end, value, origin=None):
        self.start = start
        self.end = end
        self.value = value
        self.origin = origin
        self.final = None if type(value) is bytes else value
        self.place = None
        self.because = None

    @property
    def native(self):
        return type(self.value) is bytes


class Sequence:
    """A list or a tuple."""

    __slots__ = ("items", "mutable")

    def __init__(self, items, mutable=False):
        self.items = items
        self.mutable = mutable


class Mapping:
    """A dict: keys and values by turns, in the order of the pickle."""

    __slots__ = ("flat",)

    def __init__(self, flat):
        self.flat = flat


class Global:
    """A class or function stored by name."""

    __slots__ = ("module", "name", "start", "end", "opcode")

    def __init__(self, module, name, start, end, opcode=b"c"):
        self.module = module
        self.name = name
        self.start = start
        self.end = end
        self.opcode = opcode

    @property
    def dotted(self):
        return f"{self.module}.{self.name}"


class Made:
    """Whatever a call, ``__new__`` or an old-style class gave.

    *callee* is what was called, *args* a list of nodes.  *state*, *items* and
    *flat* are what BUILD, APPENDS and SETITEMS added afterwards.
    """

    __slots__ = (
        "callee",
        "args",
        "end",
        "puts",
        "state",
        "build",
        "items",
        "flat",
    )

    def __init__(self, callee, args, end):
        self.callee = callee
        self.args = args
        self.end = end
        self.puts = []
        self.state = None
        self.build = None
        self.items = []
        self.flat = []


class Reference:
    """A persistent reference; *pid* is the node that names the object."""

    __slots__ = ("pid",)

    def __init__(self, pid):
        self.pid = pid


class Pickle:
    """One pickle of a record: its root node and where it is."""

    __slots__ = ("root", "start", "body", "end")

    def __init__(self, root, start, body, end):
        self.root = root
        self.start = start
        self.body = body
        self.end = end
