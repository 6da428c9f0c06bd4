"""What all connectors share: extras, and trying a service out."""

from ..breaker import breaker_for
from ..interfaces import ConnectionsError
from ..interfaces import ExtraMissing
from ..interfaces import Trial
from collective.hoard import _
from importlib import import_module


NEEDS = _(
    "The library ${library} is not installed. Install collective.hoard[${extra}] and "
    "start Plone anew."
)


class Connector:
    """Base of our connectors: subclasses write `connect` and `_ask`."""

    extra = None

    def close(self, client):
        """See `IConnector`."""
        client.close()

    def try_it(self, settings):
        """See `IConnector`. Asks even while the breaker is open."""
        breaker_for(settings.url).ask_now()
        try:
            return Trial(True, self._ask(settings))
        except ConnectionsError as error:
            return Trial(False, error.message)

    def _ask(self, settings):
        """Ask something harmless, by `asking`; what to say when it went well."""
        raise NotImplementedError


def library(name, extra):
    """Import the module *name* that *extra* brings.

    :raises ExtraMissing: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        told = {"library": error.name or name, "extra": extra}
        raise ExtraMissing(_(NEEDS, mapping=told)) from None
