"""Clients of other services, kept on the ZODB connection or in pools.

See docs/explanation/connections.md. Connectors and their libraries are imported
only when somebody uses them.
"""

from ._holder import holder_of  #: The clients of a ZODB connection.
from ._looking import call  #: Use a client; once more if it is found dead.
from ._looking import foreign_connection  #: The client that an object keeps.
from ._looking import forget  #: Close such a client: it is in doubt.
from ._looking import writable  #: Whether its object may write outside.


__all__ = ["call", "foreign_connection", "forget", "holder_of", "writable"]
