"""R9 for people: one notice when a source is blind, one when it sees again."""

from ..database import tables as t
from .interfaces import Notice
from sqlalchemy import select


class SourceWatch:
    """Compares which sources are blind with what was said of them."""

    def __init__(self):
        #: {name: since}
        self.blind = {}

    def load(self, connection, announcer):
        """Take what was announced before a restart from the open incidents."""
        c = t.incident.c
        query = select(c.check_id, c.key, c.into_id, c.state, c.since).where(
            c.until.is_(None), c.key.is_not(None)
        )
        for check_id, key, into, state, since in connection.execute(query):
            if key.startswith("source:"):
                self.blind[key.partition(":")[2]] = since
            elif check_id is None or check_id not in announcer.picture.standings:
                continue
            elif into is not None:
                announcer.folded[check_id] = into
            else:
                announcer.told[check_id] = state
                if state == "flapping":
                    announcer.picture.flaps.flapping.add(check_id)

    def look(self, connection, now):
        c = t.source.c
        query = select(c.name, c.blind_since).where(c.blind_since.is_not(None))
        found = dict(connection.execute(query).all())
        notices = []
        for name in found.keys() - self.blind.keys():
            notices.append(notice("problem", name, found[name]))
        for name in self.blind.keys() - found.keys():
            notices.append(notice("recovery", name, int(now)))
        self.blind = found
        return notices


def notice(kind, name, since):
    bad = kind == "problem"
    return Notice(
        kind=kind,
        check_id=0,
        name=name,
        status="crit" if bad else "ok",
        since=since,
        of="source",
        title=f"Source {name} {'is blind' if bad else 'sees again'}",
        reason="Most of what it checks failed at once: its results do not count."
        if bad
        else "",
    )
