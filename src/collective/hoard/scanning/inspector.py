"""What happens to an upload before it is stored."""

from ..connections.connectors.clamd import FileTooLarge
from ..connections.interfaces import ConnectionsError
from ..forms.interfaces import IUploadInspector
from ..forms.interfaces import ValueRefused
from ..ledger.files import hold
from .interfaces import QUARANTINE
from .interfaces import STRICT
from .scanner import mode
from .scanner import NoScanner
from .scanner import scan
from collective.hoard import _
from zope.component.hooks import getSite
from zope.interface import implementer
import logging


logger = logging.getLogger(__name__)

INFECTED = _(
    "This file is not accepted: the virus scanner found “${signature}” in it. Please "
    "choose another one."
)
CANNOT = _(
    "Files cannot be checked for viruses at the moment, and unchecked ones are not "
    "accepted. Please try again later."
)
TOO_LARGE = _(
    "This file is too large to be checked for viruses, and unchecked ones are not "
    "accepted. Please choose a smaller one."
)


@implementer(IUploadInspector)
class Inspector:
    """See `IUploadInspector`."""

    def __init__(self, form):
        self.form = form
        self.mode = mode()

    def inspect(self, upload):
        """In strict mode: scan now, and refuse what was not found clean."""
        if self.mode == STRICT:
            signature = self._scanned(upload.stream)
            if signature:
                logger.warning("an upload was refused: %s found", signature)
                raise ValueRefused(_(INFECTED, mapping={"signature": signature}))

    def _scanned(self, stream):
        try:
            return scan(getSite(), stream)
        except FileTooLarge:
            raise ValueRefused(TOO_LARGE) from None
        except (ConnectionsError, NoScanner) as error:
            logger.error("an upload was refused, it could not be scanned: %s", error)
            raise ValueRefused(CANNOT) from None

    def stored(self, value):
        """In quarantine mode: nobody reads it before it was scanned."""
        if self.mode == QUARANTINE:
            hold(value)
