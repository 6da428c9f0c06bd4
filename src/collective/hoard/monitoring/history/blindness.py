"""R9: a source for which most checks fail at once doubts itself, not them.

"At once" is in one slot. Where checks have slots of different lengths each
length is looked at: in a window of so many seconds, checks whose slots are not
longer. A window of ten minutes is one of all checks.
"""

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


#: Seconds of the longest window, that of all checks.
WINDOW = 600
#: More than this share of a source's checks failing makes it blind ...
SHARE = 0.8
#: ... when it saw at least so many.
LEAST = 20
#: Windows of a length whose counts are kept in memory, newest first.
KEPT = 16


class Blindness:
    """Which windows of which sources do not count: (source, since, length)."""

    def __init__(self):
        self._blind, self._lengths = set(), ()
        self._active = {}
        #: {source that is said to be blind: when the last such window ends}
        self._shown = {}
        #: {window: {check id: its best status there}}
        self._counts = {}
        self._checks, self._levels = None, (WINDOW,)

    def load(self, connection, known):
        """*known*: ``{name: source}`` as `Registry.load_sources` has it."""
        rows = connection.execute(
            select(table.c.source_id, table.c.since, table.c.until)
        )
        self._blind = {(source, since, until - since) for source, since, until in rows}
        self._measure()
        self._active = {one.id: one for one in known.values() if one.active}
        c = sources.c
        said = select(c.id, c.blind_since).where(c.blind_since.is_not(None))
        self._shown = {
            source: max(self._ends(source), default=since + WINDOW)
            for source, since in connection.execute(said)
        }

    def _ends(self, source):
        return [since + long for one, since, long in self._blind if one == source]

    def _measure(self):
        self._lengths = tuple({length for _, _, length in self._blind})

    @property
    def test(self):
        """``test(sample)``, or None while no source ever was blind."""
        return self._test if self._blind else None

    def _test(self, sample):
        time, source = sample[0], sample[2]
        return any(
            (source, time - time % length, length) in self._blind
            for length in self._lengths
        )

    def watch(self, connection, checks, rows):
        """Count *rows*, stored before; ``[(since, until, check ids)]`` of the
        windows that became blind, or see again.
        """
        touched, active = {}, self._active
        levels = self._levels_of(checks) if active else ()
        for row in rows if active else ():
            if row[4] in active:
                for length in levels:
                    key = row[4], row[2] - row[2] % length, length
                    touched.setdefault(key, []).append(row)
        result = []
        for key, those in touched.items():
            counts = self._counted(connection, key, those)
            blind, reason = self._judge(checks, key, counts)
            if blind != (key in self._blind):
                self._turn(connection, key, blind, reason)
                result.append((key[1], key[1] + key[2], list(counts)))
            elif key[0] in self._shown and not blind:
                self._see(connection, key, counts)
        return result

    def _see(self, connection, key, counts):
        """A window that is not blind: after the last one that was, it is over."""
        source, since, _ = key
        end = self._shown[source]
        enough = len(counts) >= self._active[source].least
        if since >= end + WINDOW or (enough and since >= end):
            self._say(connection, source, None)

    def _levels_of(self, checks):
        """The lengths of windows that are looked at."""
        if checks is not self._checks:
            lengths = {
                length for one in checks.values() for length in one.regimes.lengths
            }
            self._levels = (*sorted(one for one in lengths if one < WINDOW), WINDOW)
            self._checks = checks
        return self._levels

    def _counted(self, connection, key, rows):
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = count(connection, key)
            same = sorted(k for k in self._counts if k[2] == key[2] and k != key)
            for old in sorted(same, key=lambda k: k[1])[: -KEPT + 1]:
                del self._counts[old]
        for row in rows:
            counts[row[1]] = min(counts.get(row[1], CRIT), row[5])
        return counts

    def _judge(self, checks, key, counts):
        source, since, length = key
        if length < WINDOW:
            counts = {
                check: status
                for check, status in counts.items()
                if check in checks and checks[check].regimes.length_at(since) <= length
            }
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
        source, since, length = key
        until = since + length
        if blind:
            self._blind.add(key)
            row = {"source_id": source, "since": since, "until": until}
            connection.execute(insert(table), [{**row, "reason": reason}])
        else:
            self._blind.discard(key)
            c = table.c
            own = (c.source_id == source) & (c.since == since) & (c.until == until)
            connection.execute(delete(table).where(own))
        self._measure()
        newest = max(
            (one for one in self._blind if one[0] == source),
            key=lambda one: one[1] + one[2],
            default=None,
        )
        over = newest is None or newest[1] + newest[2] < until
        self._say(connection, source, None if over else newest)

    def _say(self, connection, source, window):
        """Keep since when a source is blind; None: it is not."""
        since = None if window is None else window[1]
        query = update(sources).where(sources.c.id == source)
        connection.execute(query.values(blind_since=since))
        if window is None:
            self._shown.pop(source, None)
        else:
            self._shown[source] = window[1] + window[2]


def count(connection, key):
    """``{check id: best status}`` of a source in a window, from its samples."""
    source, since, length = key
    c = sample.c
    query = (
        select(c.check_id, func.min(c.status))
        .where(
            c.bucket.between(since // BUCKET, (since + length - 1) // BUCKET),
            c.time >= since,
            c.time < since + length,
            c.source_id == source,
        )
        .group_by(c.check_id)
    )
    return dict(tuple(row) for row in connection.execute(query))
