"""The same numbers for plone.observability, where that is installed."""

from .process import connection_vitals
from .site import safe
from .site import site_vitals
from plone.observability.interfaces import IMetricProvider
from plone.observability.interfaces import IReadinessCheck
from plone.observability.metric import Metric
from zope.interface import implementer


PREFIX = "hoard_"
UNITS = {"s": "_seconds", "ms": "_milliseconds", "B": "_bytes"}
TARGET = "outbox.target."


@implementer(IMetricProvider)
class HoardMetrics:
    """Numbers of all sites below the Zope root.

    What plone.observability tells itself (requests, conflicts, the database)
    is left to it.
    """

    name = "collective.hoard"
    scope = "instance"

    def __init__(self, context):
        self.context = context

    def collect(self):
        for vital in connection_vitals():
            yield metric(vital, "instance", {})
        for site in sites(self.context):
            labels = {"site": safe("/".join(site.getPhysicalPath()[1:]))}
            for vital in site_vitals(site):
                yield metric(vital, "global", labels)


def sites(app):
    """The sites of the database that have an outbox: those we are installed in."""
    from ...outbox.sites import site_paths

    for path in site_paths(app._p_jar):
        found = app
        for id in path:
            found = found[id]
        yield found


def metric(vital, scope, labels):
    """A `Metric`; of a target of the outbox with its name as a label."""
    name, labels = vital.name, dict(labels)
    if name.startswith(TARGET):
        target, _, last = name.removeprefix(TARGET).rpartition(".")
        name, labels["target"] = f"outbox.target.{last}", target
    name = PREFIX + name.replace(".", "_")
    unit = UNITS.get(vital.unit, "")
    if unit and not name.endswith(unit):
        name += unit
    kind = "counter" if vital.counts else "gauge"
    return Metric(name, vital.number, kind, scope, vital.help or vital.name, labels)


@implementer(IReadinessCheck)
class Readiness:
    """True as soon as the add-on is there.

    On purpose it asks nothing of other services: the site can serve without
    them, and taking it out of service would not bring them back.
    """

    name = "collective.hoard"

    def __call__(self):
        return True, "collective.hoard is there"
