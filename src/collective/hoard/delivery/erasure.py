"""What becomes of a message when its submission is removed while it waits.

A message is not changed once it is stored. But who has a submission removed,
or lets its time run out, does not expect it to be sent about afterwards: so
whatever waits is looked at once more before it leaves.
"""

from ..ledger import get_ledger
from ..ledger.interfaces import LedgerMissing
from ..ledger.interfaces import RowMissing
from .payload import without_values


def find_row(root, form_uid, key):
    """The row of a submission, or None if it was removed."""
    try:
        return get_ledger(root, form_uid).get(int(key))
    except (LedgerMissing, RowMissing):
        return None


def as_it_may_be_sent(root, data):
    """*data*, a payload; without the values if the submission is gone by now.

    Receivers learn of the event all the same, so that they can go on counting.
    """
    submission = data.get("submission")
    if submission is None or data["event"] == "test":
        return data
    if find_row(root, data["form"]["uid"], submission["id"]) is None:
        return without_values(data)
    return data
