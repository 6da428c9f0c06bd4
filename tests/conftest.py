"""The Plone layers as fixtures: ``integration``, ``functional``, ``server``.

More fixtures: `browser_fixtures`, `server_fixtures`, `service_fixtures`.
Import nothing of Plone here but the layers: most tests need no site.
"""

from collective.hoard.testing import HOARD_FUNCTIONAL_TESTING
from collective.hoard.testing import HOARD_INTEGRATION_TESTING
from collective.hoard.testing import HOARD_SERVER_TESTING
from hypothesis import HealthCheck
from hypothesis import settings
from pytest_plone import fixtures_factory
import os


pytest_plugins = ["browser_fixtures", "server_fixtures", "service_fixtures"]

# A laden machine is slow, not wrong: `make bench` is for times. Where a landing is
# judged the examples are always the same ones; new ones are found elsewhere.
settings.register_profile(
    "hoard",
    deadline=None,
    derandomize="HOARD_REQUIRE_SERVICES" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hoard")

globals().update(
    fixtures_factory(
        (
            (HOARD_FUNCTIONAL_TESTING, "functional"),
            (HOARD_INTEGRATION_TESTING, "integration"),
            (HOARD_SERVER_TESTING, "server"),
        )
    )
)
