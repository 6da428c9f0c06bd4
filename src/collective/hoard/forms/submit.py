"""Storing a submission: the one way in, for browsers and REST clients alike."""

from ..ledger.interfaces import DuplicateToken
from .behavior import get_definition
from .events import SubmissionAdded
from .fill import fill
from .keeping import keep_ledger
from .limits import get_limits
from .uploads import stored_values
from dataclasses import dataclass
from plone.uuid.interfaces import IUUID
from zope.event import notify


@dataclass(frozen=True, slots=True)
class Stored:
    """``key`` of the row; None if the same submission had been stored before."""

    key: int | None


def submit(form, raw, *, user_id=None, token=None, json=False):
    """Check *raw* against the form's definition and store it.

    :param raw: see `fill.fill`.
    :param token: number of a redeemed one-time token, or None.
    :return: a `Stored`.
    :raises SubmissionRefused: nothing is stored.
    :raises TokenUsed: the token has stored other values; nothing is stored.
    """
    values = fill(get_definition(form), raw, get_limits(), json=json)
    # Made when the form was saved; writes only where the definition has changed
    # without anybody being told, as when an older version of it is restored.
    ledger = keep_ledger(form)
    try:
        key = ledger.add(
            stored_values(form, values),
            schema=ledger.current_schema(),
            user_id=user_id,
            token=token,
        )
    except DuplicateToken:
        return Stored(None)
    notify(SubmissionAdded(form, IUUID(form), (key,)))
    return Stored(key)
