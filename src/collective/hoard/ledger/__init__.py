"""The ledger: many rows per form, without conflicts, readable without us."""

from ._registry import create_ledger
from ._registry import get_ledger
from ._registry import iter_ledgers
from ._registry import iter_rows
from ._registry import ledger_uids
from ._registry import remove_ledger
from .files import open_file
from .files import store_file


__all__ = [
    #: Make the ledger of a form, or bring its title up to date.
    "create_ledger",
    #: The ledger of a form.
    "get_ledger",
    #: All ledgers of a site.
    "iter_ledgers",
    #: The rows of a form, for integrators.
    "iter_rows",
    #: The UIDs of all ledgers of a site, readable or not.
    "ledger_uids",
    #: Read a file value.
    "open_file",
    #: Remove a ledger and all in it.
    "remove_ledger",
    #: Make a file value.
    "store_file",
]
