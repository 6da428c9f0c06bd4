"""Two editors of one record: tell the second instead of overwriting the first.

The form carries a digest of each value that it showed.  Nothing is stored for
it, and there is no counter that all writers touch.
"""

from collective.hoard import _
from collective.hoard.storage.values import thaw
from hashlib import sha256
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IFormAware
from z3c.form.interfaces import NO_VALUE
from z3c.form.interfaces import NOT_CHANGED
from ZODB.blob import Blob
from zope.component import getMultiAdapter
from zope.interface import alsoProvides
from zope.interface import Invalid
from zope.schema import TextLine
import json
import pickle


#: Name of the hidden widget that carries the digests.
REVISION = "record_revision"


class ChangedMeanwhile(Invalid):
    """Somebody else changed this field since the form was opened."""


def detects_conflicts(form):
    return bool(getattr(form, "record_detects_conflicts", False))


def revision_widget(form, prefix, names):
    """The hidden widget for *form*, whose record values *names* it shows."""
    widget = getMultiAdapter(
        (TextLine(__name__=REVISION, required=False), form.request), IFieldWidget
    )
    widget.name = _request_key(prefix)
    widget.id = widget.name.replace(".", "-")
    widget.form, widget.context = form, form.getContent()
    alsoProvides(widget, IFormAware)
    widget.__name__ = REVISION
    widget.mode, widget.ignoreContext = HIDDEN_MODE, True
    widget.update()
    if not widget.value:
        widget.value = revision(form.getContent(), names)
    return widget


def _request_key(prefix):
    return f"{prefix}{REVISION}"


def revision(record, names):
    """The digests of the values *names* of *record*, as JSON text."""
    return json.dumps({name: _digest(record, name) for name in names})


def conflict(form, record, widget, value):
    """The error if *value* would overwrite what somebody else has changed.

    :param form: The form itself, not one of its groups.
    """
    name = record.name_of(widget.field)
    known = _sent_revision(form).get(name)
    if value is NOT_CHANGED or known is None or known == _digest(record, name):
        return None
    manager = getMultiAdapter((record, widget.field), IDataManager)
    if hasattr(manager, "differs") and not manager.differs(value):
        return None  # both editors chose the same
    return ChangedMeanwhile(
        _(
            "Somebody else changed this meanwhile; it now holds: ${value}. Save "
            "again to replace that with what you entered.",
            mapping={"value": _readable(record.stored(name))},
        )
    )


def _sent_revision(form):
    """``{name: digest}`` as sent; empty if there is none or it is damaged."""
    widget = form.widgets.get(REVISION)
    sent = None if widget is None else form.request.form.get(widget.name)
    try:
        digests = json.loads(sent)
    except (TypeError, ValueError, RecursionError):
        return {}
    return digests if isinstance(digests, dict) else {}


def _readable(stored):
    value = thaw(stored)
    if value is None or value in ((), [], ""):
        return "–"
    if isinstance(value, list | tuple | frozenset):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return str(value.get("filename") or value.get("raw") or value)
    return str(value)


def _digest(record, name):
    canonical = _canonical(record.stored(name, NO_VALUE))
    return sha256(repr(canonical).encode()).hexdigest()[:16]


def _canonical(stored):
    """*stored* as something whose repr depends on its value alone."""
    if stored is NO_VALUE:
        return "nothing"
    if isinstance(stored, PersistentMapping):
        return "map", [(_canonical(k), _canonical(v)) for k, v in stored.items()]
    if isinstance(stored, PersistentList | tuple):
        return type(stored).__name__, [_canonical(item) for item in stored]
    if isinstance(stored, frozenset):
        return "set", sorted(repr(_canonical(item)) for item in stored)
    if isinstance(stored, Blob):
        return "blob", stored._p_oid  # a new file always gets a new blob
    return pickle.dumps(stored, protocol=3)
