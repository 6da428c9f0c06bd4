"""Correcting a submission: the one way, for browsers and REST clients alike."""

from ..ledger.files import is_file
from ..ledger.interfaces import RowMissing
from .behavior import get_definition
from .columns import as_text
from .events import SubmissionChanged
from .fill import input_fields
from .fill import unknown_fields
from .fill import value_of
from .interfaces import SubmissionRefused
from .interfaces import ValueRefused
from .keeping import find_ledger
from .keeping import keep_ledger
from .limits import get_limits
from .uploads import stored_values
from datetime import datetime
from plone.uuid.interfaces import IUUID
from zope.event import notify


#: What a `datetime-local` input holds at most: thousandths, not millionths.
MOMENT_CHARACTERS = len("2026-12-31T12:00:00.000")


def amend(form, key, raw, *, revision, user_id=None, json=False):
    """Put *raw* into the row with *key*, by the form's present definition.

    Only the fields in *raw* change, an empty one is cleared. Fields that the
    form no longer has are left alone. What was not touched is kept to the last
    digit, but must fit the definition too; of stored files only that they are
    there. Browsers cannot send a stored file again: nothing in its place keeps
    it. In JSON, null removes it.

    :param raw: see `fill.fill`.
    :param revision: of the row that the caller has seen.
    :return: the new revision; *revision* itself when nothing differs.
    :raises DefinitionError, RowMissing, StaleRevision, SubmissionRefused:
        nothing is stored.
    """
    definition, ledger = get_definition(form), find_ledger(form)
    if ledger is None:
        raise RowMissing(f"form {IUUID(form)} has no row {key}")
    values = _amended(definition, raw, ledger.get(key).values, json)
    values = stored_values(form, values)
    new = ledger.change(key, values, revision=revision, user_id=user_id)
    if new != revision:
        # Columns are found through the schema versions: see `submit`.
        keep_ledger(form)
        notify(SubmissionChanged(form, IUUID(form), (key,)))
    return new


def as_raw(field, kind, value):
    """What an input shows for the stored *value*, as `fill.fill` takes it.

    A value stored when the field was of another kind is shown as text.
    """
    if value is None or is_file(value):
        return ""
    if type(value) in kind.types:
        try:
            text = kind.to_text(field, value)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            text = as_text(value)
        return text[:MOMENT_CHARACTERS] if type(value) is datetime else text
    return [as_text(value)] if kind.widget == "many_of" else as_text(value)


def misfits(definition, values):
    """Ids of the fields whose stored value breaks the rules of *definition*."""
    limits = get_limits()
    return [
        field.id
        for field, kind in input_fields(definition)
        if values.get(field.id) is not None
        and not _fits(field, kind, values[field.id], limits)
    ]


def _fits(field, kind, value, limits):
    try:
        _value(field, kind, as_raw(field, kind, value), value, limits)
    except ValueRefused:
        return False
    return type(value) in kind.types


def _amended(definition, raw, stored, json):
    """Values by field id, of the fields in *raw* that have or had one."""
    fields = input_fields(definition)
    errors = unknown_fields(raw, {field.id for field, _kind in fields})
    limits, values = get_limits(), {}
    for field, kind in fields:
        if field.id not in raw:
            continue
        old = stored.get(field.id)
        try:
            value = _new(field, kind, raw[field.id], old, limits, json)
        except ValueRefused as error:
            errors[field.id] = error.args[0]
        else:
            if value is not None or old is not None:
                values[field.id] = value
    if errors:
        raise SubmissionRefused(errors)
    return values


def _new(field, kind, raw, old, limits, json):
    if json:
        return value_of(field, kind, raw, limits, json=True)
    return _value(field, kind, raw, old, limits)


def _value(field, kind, raw, old, limits):
    """The value after a browser sent *raw* where *old* was stored.

    :raises ValueRefused:
    """
    if type(old) in kind.types:
        if is_file(old) and kind.from_text(field, raw) is None:
            return old
        if not is_file(old) and _is_untouched(raw, as_raw(field, kind, old)):
            # Not read back from its text, which may say less: of two moments in
            # the night when clocks are put back it can name only the first.
            kind.check(field, old, limits)
            return old
    value = value_of(field, kind, raw, limits)
    # Nobody has said no by leaving a box empty that nobody saw before.
    return None if value is False and old is None else value


def _is_untouched(raw, shown):
    if not raw or not shown:
        return False
    if isinstance(shown, list):
        sent = [raw] if _is_text(raw) else raw
        texts = isinstance(sent, (list, tuple)) and all(map(_is_text, sent))
        # The order of boxes on a page is not that of the stored choices.
        return texts and {v for v in sent if v} == set(shown)
    return _is_text(raw) and raw.replace("\r\n", "\n") == shown


def _is_text(value):
    return isinstance(value, str)
