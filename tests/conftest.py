"""The Plone layers as fixtures: ``integration``, ``functional``, ``server``.

More fixtures: `browser_fixtures`, `server_fixtures`, `service_fixtures`.
Import nothing of Plone here but the layers: most tests need no site.
"""

from collective.hoard.testing import HOARD_FUNCTIONAL_TESTING
from collective.hoard.testing import HOARD_INTEGRATION_TESTING
from collective.hoard.testing import HOARD_SERVER_TESTING
from pytest_plone import fixtures_factory


pytest_plugins = ["browser_fixtures", "server_fixtures", "service_fixtures"]

globals().update(
    fixtures_factory(
        (
            (HOARD_FUNCTIONAL_TESTING, "functional"),
            (HOARD_INTEGRATION_TESTING, "integration"),
            (HOARD_SERVER_TESTING, "server"),
        )
    )
)
