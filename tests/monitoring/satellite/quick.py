"""A satellite that does not wait."""

from collective.hoard.monitoring.satellite.service import SatelliteService


class Quick(SatelliteService):
    """Looks for work five times a second."""

    look = 0.2
