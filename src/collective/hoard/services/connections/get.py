"""``GET {site}/@hoard-connections``"""

from ...controlpanel.connections import site_health
from ..asked import HoardService


class ConnectionsGet(HoardService):
    """The state of the process that answers."""

    def answer(self):
        return site_health(self.context)
