"""``POST @hoard-results``: results of passive checks, by those who may submit.

Programs that bring many go to the poller's own port instead.
"""

from ...monitoring.history import meta
from ...monitoring.poller.checklist import read_listing
from ...monitoring.poller.incoming import take_in
from ...watch import rights
from ...watch import times
from ...watch.engines import storing
from ..asked import Refused
from .base import MonitoringService
from collective.hoard import _


MOST = 1000
SHAPE = _('The body must be an object with "results", a list of at most ${most}.')
#: Kind and prefix of the sources that users of Plone are.
KIND, PREFIX = "push", "plone:"


class Post(MonitoringService):
    needs, writes = rights.SUBMIT, True

    def work(self):
        data = self.body()
        rows = data.get("results")
        if set(data) != {"results"} or not isinstance(rows, list) or len(rows) > MOST:
            raise Refused(400, "BadRequest", _(SHAPE, mapping={"most": MOST}))
        source = f"{PREFIX}{rights.user_name()}"[:200]
        with storing() as store:
            with store.engine.connect() as connection:
                listing = read_listing(connection, "", 0, lambda *_: False)
            now = times.now()
            intake = take_in(rows, listing, source, now, only_passive)
            if intake.samples:
                store.ensure_source(source, KIND)
                recorded = store.record_all(intake.samples, now)
                if recorded.changes:
                    # The poller judges what it has not stored itself only when
                    # it reads everything anew.
                    with store.writing() as connection:
                        meta.bump_generation(connection)
                places = {
                    id(s): p for s, p in zip(intake.samples, intake.places, strict=True)
                }
                intake.refused += [
                    (places[id(s)], rows[places[id(s)]]["check"], why)
                    for s, why in recorded.refused
                ]
        refused = [
            {"place": place, "check": check, "why": why}
            for place, check, why in sorted(intake.refused)
        ]
        stored = len(rows) - len(refused) - intake.silent
        if refused and not stored and not intake.silent:
            self.request.response.setStatus(422)
        return {"stored": stored, "silent": intake.silent, "refused": refused}


def only_passive(entry):
    if entry.kind == "passive":
        return None
    return f"The check {entry.name!r} is not passive: the poller runs it itself."
