"""Clients of other services, kept on the ZODB connection or in pools.

See docs/explanation/connections.md. Connectors and their libraries are imported
only when somebody uses them.
"""

from ._holder import holder_of  #: The clients of a ZODB connection.
from ._looking import call  #: Use a client; once more if it is found dead.
from ._looking import foreign_connection  #: The client that an object keeps.
from ._looking import forget  #: Close such a client: it is in doubt.
from ._looking import writable  #: Whether its object may write outside.
from ._services import borrow  #: A client from the pool of the process.
from ._services import client  #: The client of a configured service.
from .asking import asking  #: Ask a service by its breaker, errors in words.
from .breaker import breaker_for  #: The circuit breaker of a URL.
from .settings import configured  #: Settings of a service of a site.
from .settings import ServiceSettings  #: Settings of a service.


__all__ = [
    "asking",
    "borrow",
    "breaker_for",
    "call",
    "client",
    "configured",
    "foreign_connection",
    "forget",
    "holder_of",
    "ServiceSettings",
    "writable",
]
