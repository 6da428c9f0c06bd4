"""What the parts of the migration promise one another.

A *record* is the data of one object in one transaction: two pickles that share
one memo, the class and the state.  A *place* is ``(class, attribute)`` of the
innermost instance around a string.
"""

from ..exceptions import HoardError
from dataclasses import dataclass
from dataclasses import field


class WrongUse(HoardError):
    """The command cannot start; nothing was written.  The message says why."""


class Interrupted(HoardError):
    """The run stopped before its end; ``--resume`` goes on where it was."""


class BadPickle(ValueError):
    """The bytes are no pickle that ZODB could have written."""


@dataclass(frozen=True)
class Finding:
    """Something the site owner should know.

    *severity* is ``problem`` (the result is not all right: exit status 1) or
    ``note``.  *code* is one of the codes of ``docs/reference/migration.md``.
    """

    code: str
    severity: str
    message: str
    oid: str = ""
    where: str = ""
    advice: str = ""


@dataclass
class Converted:
    """One record, converted.

    *kind* is the `tree_states.TreeClass` of a BTree node, else None.  *order*
    says of a node with object keys whether they are ``plain``, sorted on
    Python 3 as they were, or ``suspect``.  *names* are the classes it names, as
    ``(module, name)`` of Python 3, where somebody asked for them.
    """

    data: bytes
    findings: list[Finding] = field(default_factory=list)
    kind: object = None
    order: str | None = None
    class_name: str = ""
    names: set = field(default_factory=set)
