"""A Plone site whose monitoring database is named in HOARD_BENCH_MONITORING."""

from plone import api
import os


PROFILE = "collective.hoard:default"


def prepare(site):
    """Set monitoring up."""
    path = os.environ["HOARD_BENCH_MONITORING"]
    api.portal.set_registry_record("collective.hoard.monitoring.database", path)
