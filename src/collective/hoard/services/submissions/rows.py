"""Submissions as JSON, and the way to one of them."""

from ...forms.asking import read_key
from ...forms.columns import columns
from ...forms.export import row_to_json
from ...forms.keeping import find_ledger
from ...ledger.files import held
from ...ledger.files import is_file
from ...ledger.interfaces import RowMissing
from ..asked import Refused
from collective.hoard import _


GONE = _("There is no such submission. It may have been deleted meanwhile.")


def collection_url(form):
    return f"{form.absolute_url()}/@submissions"


def find_row(form, path):
    """``(ledger, row)`` for the *path* below ``@submissions``.

    :raises Refused: 404.
    """
    ledger = find_ledger(form)
    key = read_key(path[0]) if len(path) == 1 else None
    try:
        if ledger is None or key is None:
            raise RowMissing(path)
        return ledger, ledger.get(key)
    except RowMissing:
        raise Refused(404, "NotFound", GONE) from None


def rows_to_json(form, ledger, rows):
    """A list of the *rows*, each with its address and those of its files."""
    shown = {column.id: column for column in columns(ledger)}
    return [_row(form, row, shown) for row in rows]


def _row(form, row, shown):
    data = row_to_json(row, shown)
    data["@id"] = f"{collection_url(form)}/{row.key}"
    below = f"{form.absolute_url()}/@@hoard-submissions/{row.key}/files"
    for id, value in row.values.items():
        if is_file(value) and isinstance(data["values"][id], dict):
            data["values"][id] |= _access(value, f"{below}/{id}")
    return data


def _access(value, url):
    """Where the file is, or why nobody gets it: "" before it was scanned, else the
    name of what was found in it."""
    signature = held(value)
    return {"download": url} if signature is None else {"held": signature}
