"""The new bytes of a record: every opcode as it was, but for the decided ones."""

from .calls import OLD_SETS
from .calls import RECONSTRUCTORS
from .nodes import Global
from .nodes import Mapping
from .nodes import Sequence
from .nodes import Str
from struct import pack


PROTO = b"\x80\x03"


def literal(value):
    """The opcode for a string as Python 3 reads it: text or bytes."""
    if type(value) is str:
        raw = value.encode("utf-8", "surrogatepass")
        return b"X" + pack("<I", len(raw)) + raw
    if len(value) < 256:
        return b"C" + bytes((len(value),)) + value
    return b"B" + pack("<I", len(value)) + value


def string_edits(strings):
    """Replacements for the strings whose opcode no longer fits."""
    for string in strings:
        origin = string.origin
        if origin is None:
            if _is_as_written(string):
                continue
        elif _same(string.final, origin.final):
            continue
        yield string.start, string.end, literal(string.final)


def _is_as_written(string):
    final, value = string.final, string.value
    if not string.native:
        return final == value
    # Python 3 reads an ascii native string as the same text.
    return (
        type(final) is str
        and value.isascii()
        and final.encode("utf-8", "surrogatepass") == value
    )


def _same(one, other):
    return type(one) is type(other) and one == other


def name_edits(globals_, renames):
    """Replacements for classes that have another name on Python 3."""
    for node in globals_:
        new = renames(node.module, node.name)
        if new != (node.module, node.name) and node.opcode:
            text = f"{new[0]}\n{new[1]}\n".encode()
            yield node.start, node.end, node.opcode + text


def old_set_edits(mades):
    """Make built-in sets of instances of Python 2's module ``sets``.

    Its instance is created first and gets its dict as state later; a built-in
    set wants its members when it is called.  So: drop the instance, put the
    class there, and turn BUILD into the call, with the memo number moved.
    """
    for made in mades:
        state = made.state
        if (
            made.build is None
            or type(state) is not Sequence
            or len(state.items) != 1
            or type(state.items[0]) is not Mapping
        ):
            continue
        name = OLD_SETS[_class_name(made)]
        put = b"".join(_put(number) for number in made.puts)
        for start, end, _ in made.puts:
            yield start, end, b""
        yield made.end, made.end, f"0cbuiltins\n{name}\n".encode()
        yield *made.build, b"R" + put


def _class_name(made):
    callee = made.callee
    if callee.dotted in RECONSTRUCTORS:
        callee = made.args[0]
    return callee.dotted if type(callee) is Global else ""


def _put(put):
    number = put[2]
    return b"q" + bytes((number,)) if number < 256 else b"r" + pack("<I", number)


def pid_edit(reference):
    """A reference written as a line of text (protocol 0) becomes a binary one."""
    pid = reference.pid
    return pid.start, pid.end, literal(pid.final) + b"Q"


def apply(data, pickles, edits):
    """*data* with *edits* made and both pickles marked as protocol 3."""
    edits = [*edits, *((p.start, p.body, PROTO) for p in pickles)]
    out = []
    position = 0
    edits.sort(key=lambda edit: edit[:2])
    for start, end, new in edits:
        out.append(data[position:start])
        out.append(new)
        position = end
    out.append(data[position:])
    return b"".join(out)


def is_text_pid(reference, data):
    pid = reference.pid
    return type(pid) is Str and data[pid.start : pid.start + 1] == b"P"
