"""R9: a source for which most checks fail at once doubts itself, not them."""

from ..database.tables import blind as table
from ..database.tables import BUCKET
from ..database.tables import sample
from ..database.tables import source as sources
from ..interfaces import CRIT
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


#: Seconds that are doubted together.
WINDOW = 600
#: More than this share of a source's checks failing makes it blind ...
SHARE = 0.8
#: ... when it saw at least so many.
LEAST = 20
#: Windows whose counts are kept in memory, newest first.
KEPT = 16


class Blindness:
    """Which windows of which sources do not count."""

    def __init__(self):
        self._blind = set()
        self._active = {}
        self._counts = {}

    def load(self, connection, known):
        """*known*: ``{name: source}`` as `Registry.load_sources` has it."""
        rows = connection.execute(select(table.c.source_id, table.c.since))
        self._blind = {(row.source_id, row.since // WINDOW) for row in rows}
        self._active = {one.id: one for one in known.values() if one.active}

    @property
    def test(self):
        """``test(sample)``, or None while no source ever was blind."""
        return self._test if self._blind else None

    def _test(self, sample):
        return (sample[2], sample[0] // WINDOW) in self._blind

    def watch(self, connection, checks, rows):
        """Count *rows*, stored before; ``[(since, until, check ids)]`` of the
        windows that became blind, or see again.
        """
        touched, active = {}, self._active
        for row in rows if active else ():
            if row[4] in active:
                touched.setdefault((row[4], row[2] // WINDOW), []).append(row)
        result = []
        for key, those in touched.items():
            counts = self._counted(connection, key, those)
            blind, reason = self._judge(checks, key[0], counts)
            if blind != (key in self._blind):
                self._turn(connection, key, blind, reason)
                since = key[1] * WINDOW
                result.append((since, since + WINDOW, list(counts)))
        return result

    def _counted(self, connection, key, rows):
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = count(connection, key)
            for old in sorted(self._counts, key=lambda k: k[1])[:-KEPT]:
                if old != key:
                    del self._counts[old]
        for row in rows:
            counts[row[1]] = min(counts.get(row[1], CRIT), row[5])
        return counts

    def _judge(self, checks, source, counts):
        references = [
            status
            for check, status in counts.items()
            if check in checks and checks[check].reference
        ]
        if references and all(status == CRIT for status in references):
            return True, "its reference checks fail"
        one = self._active[source]
        failing = sum(status == CRIT for status in counts.values())
        if len(counts) >= one.least and failing > one.share * len(counts):
            return True, f"{failing} of {len(counts)} checks fail"
        return False, None

    def _turn(self, connection, key, blind, reason):
        source, window = key
        since = window * WINDOW
        if blind:
            self._blind.add(key)
            row = {"source_id": source, "since": since, "until": since + WINDOW}
            connection.execute(insert(table), [{**row, "reason": reason}])
        else:
            self._blind.discard(key)
            connection.execute(
                delete(table).where(table.c.source_id == source, table.c.since == since)
            )
        newest = max((w for s, w in self._blind if s == source), default=None)
        query = update(sources).where(sources.c.id == source)
        value = None if newest is None or newest < window else newest * WINDOW
        connection.execute(query.values(blind_since=value))


def count(connection, key):
    """``{check id: best status}`` of a source in a window, from its samples."""
    source, window = key
    since = window * WINDOW
    c = sample.c
    query = (
        select(c.check_id, func.min(c.status))
        .where(
            c.bucket.between(since // BUCKET, (since + WINDOW - 1) // BUCKET),
            c.time >= since,
            c.time < since + WINDOW,
            c.source_id == source,
        )
        .group_by(c.check_id)
    )
    return dict(tuple(row) for row in connection.execute(query))
