"""The target of the outbox that scans what is held."""

from ..connections.connectors.clamd import FileTooLarge
from ..connections.interfaces import ConnectionsError
from ..ledger import get_ledger
from ..ledger.files import open_file
from ..ledger.interfaces import LedgerMissing
from ..ledger.interfaces import RowMissing
from ..outbox.interfaces import IMarkTarget
from ..outbox.interfaces import Refused
from ..outbox.interfaces import TargetDown
from .findings import note
from .scanner import NoScanner
from .scanner import scan
from .subscribers import unscanned
from .verdicts import settle
from time import monotonic
from zope.interface import implementer


#: Seconds after which a call ends, to be continued by the next.
ENOUGH = 20


class Unfinished(TargetDown):
    """There is more than one call can scan."""


@implementer(IMarkTarget)
class ScanTarget:
    """See `IMarkTarget`. Verdicts are stored one by one, in transactions of their
    own: what was scanned before something fails is not scanned again."""

    in_database = False

    def update(self, root, marks):
        """Scan the files of each row that are still held."""
        end = monotonic() + ENOUGH
        for mark in marks:
            if monotonic() > end:
                raise Unfinished("Many files wait; going on with the next call.")
            self._row(root, mark)

    def _row(self, root, mark):
        for id, value in list(unscanned(_values(root, mark))):
            signature = self._scanned(root, mark, value)
            settle(root, value, signature)
            if signature:
                note(root, mark, id, value["filename"], signature)

    def _scanned(self, root, mark, value):
        try:
            with open_file(value) as stream:
                return scan(root, stream)
        except FileTooLarge as error:
            raise Refused(str(error), [mark]) from error
        except (ConnectionsError, NoScanner) as error:
            raise TargetDown(str(error)) from error


def _values(root, mark):
    """The row's values; nothing if it is gone."""
    try:
        return get_ledger(root, mark.uid).get(mark.key).values
    except (LedgerMissing, RowMissing):
        return {}
