"""The one writer of samples, change log and states; see `Store`."""

from ..database.schema import check_schema
from ..interfaces import Recorded
from . import checks
from . import meta
from . import samples as sample_rows
from . import states
from . import tracks
from .arriving import rows_of
from .arriving import sort_into_slots
from .arriving import widen
from .blindness import Blindness
from .changelog import changes
from .changelog import rewrite
from .closing import close
from .closing import continues
from .closing import due
from .closing import go_on
from .packing import without_packed
from .registry import Registry
from .retention import Housekeeper
from contextlib import contextmanager
from math import inf
from operator import itemgetter
from threading import RLock
import time


#: Of a row of samples.
TIME = itemgetter(2)
#: R10: seconds that a sample may be from the future.
SKEW = 60


class Store(Registry):
    """Stores samples and keeps the history of their checks true.

    Each call is one transaction: it happens as a whole or, with an error, not
    at all.  Several processes may have a store on one database; they take
    turns.  What is kept in memory is dropped when another one has written.

    :raises DatabaseUnusable: Any method, in words for a person.
    """

    def __init__(self, engine, skew=SKEW, clock=time.time, retention=None):
        check_schema(engine)
        self.engine = engine
        self.skew = skew
        self.clock = clock
        self._lock = RLock()
        self.housekeeper = Housekeeper(self, retention)
        self._forget()

    def _forget(self):
        self._seq = self._generation = None
        # Within `writing`, for the parts of this package:
        #: {name: Source}, {number: Check}, {name: Check}, {check id: Track}
        self.sources, self.checks, self.names, self.tracks = {}, {}, {}, {}
        #: {(check id, name): metric id}
        self.metrics = {}
        self._blindness = Blindness()
        #: Samples from before it are refused.
        self.forgotten = 0
        #: Before that nothing becomes final; 0 means to look.
        self._next_due = 0

    @contextmanager
    def writing(self):
        """A transaction in which nobody else writes."""
        with self._lock:
            try:
                with self.engine.begin() as connection:
                    seq, generation = meta.next_seq(connection)
                    self._refresh(connection, seq, generation)
                    yield connection
            except BaseException:
                # What we remember may be what was just rolled back.
                self._forget()
                raise

    def _refresh(self, connection, seq, generation):
        if self._seq is None or seq != self._seq + 1:
            self.tracks = {}
            self._next_due = 0
            self.sources = {}
            self.metrics = {}
            self.forgotten = meta.get(connection, meta.FORGOTTEN)
            self._blindness = Blindness()
        if generation != self._generation or self._seq is None:
            self.tracks = {}
            self._next_due = 0
            # A check that was removed took its metrics along.
            self.metrics = {}
            self.checks = checks.load(connection)
            self.names = {one.name: one for one in self.checks.values()}
        if not self.sources:
            self.sources = self.load_sources(connection)
            self._blindness.load(connection, self.sources)
        self._seq, self._generation = seq, generation

    # --- Samples --------------------------------------------------------

    def record(self, samples, now=None):
        """Store *samples* and judge them; the `Change`s.

        Those that cannot be stored are left out; `record_all` says which.
        """
        return self.record_all(samples, now).changes

    def record_all(self, samples, now=None):
        """Store *samples* and judge them; a `Recorded`."""
        now = self.clock() if now is None else now
        result = Recorded()
        with self.writing() as connection:
            latest = now + self.skew
            rows, seen = rows_of(self, samples, latest, result.refused)
            stored = self.insert_rows(connection, rows, now)
            result.stored, result.duplicates = stored, len(rows) - stored
            states.keep(connection, rows, seen, self.metrics)
            touched, late, final = sort_into_slots(self, connection, rows, now)
            if final is not None:
                self._next_due = min(self._next_due, final)
            windows = self._blindness.watch(connection, self.checks, rows)
            turned = self._doubt(connection, windows, late, now)
            result.changes = self._rewrite(connection, late, now)
            result.changes += self._show(connection, turned, now)
            result.changes += self._show_fresh(connection, touched, now)
        return result

    def track(self, connection, check, now):
        track = self.tracks.get(check.id)
        if track is None:
            track = self.tracks[check.id] = tracks.load(connection, check, now)
        return track

    def horizon(self, check, now):
        """The start of the first slot that is not final (R6)."""
        return check.regimes.slot_of(max(now - check.grace, 0))[0]

    def _doubt(self, connection, windows, late, now):
        """Judge anew whatever lies in windows whose blindness changed (R9).

        Those with open slots; closed slots are added to *late*.
        """
        touched = {}
        for since, until, check_ids in windows:
            for check_id in check_ids:
                check = self.checks[check_id]
                track = self.track(connection, check, now)
                horizon = max(track.closed, self.horizon(check, now))
                if until > horizon:
                    touched[check_id] = check
                if since < horizon:
                    start, _, _ = check.regimes.slot_of(since)
                    end = check.regimes.slot_of(until - 1)[1]
                    widen(late, check_id, start, end)
        return touched

    # --- The log --------------------------------------------------------

    def _rewrite(self, connection, windows, now):
        """Make the log anew in *windows*, ``{check id: (since, until)}``."""
        result, blind = [], self._blindness.test
        for check_id, (since, until) in windows.items():
            check = self.checks[check_id]
            track = self.track(connection, check, now)
            horizon = max(track.closed, self.horizon(check, now))
            since, until = with_open(track, since, until, horizon)
            done = rewrite(connection, check, since, until, horizon, blind)
            result += done.changes
            result += self._renew(connection, check, track, horizon, now)
        return result

    def rewrite_closed(self, connection, windows):
        """The same for history: all slots up to the windows' ends are final, but
        for the one that is not over yet."""
        now = self.clock()
        for check_id, (_, until) in windows.items():
            check = self.checks[check_id]
            track = self.track(connection, check, now)
            running = check.regimes.slot_of(now)[0]
            end = min(check.regimes.slot_of(until - 1)[1], running)
            track.closed = max(track.closed, end, self.horizon(check, now))
            if until > track.closed:
                tracks.fill(connection, check, track, track.closed, now)
        return self._rewrite(connection, windows, now)

    def insert_rows(self, connection, rows, now):
        """Store rows of the table `sample`; how many were new."""
        packed = (int(now) // 86400 - 1) * 86400
        if rows and min(map(TIME, rows)) < packed:
            rows = without_packed(connection, rows)
        return sample_rows.insert(connection, rows, now)

    def _renew(self, connection, check, track, horizon, now):
        """Remember the log as it was just rewritten; `Change`s of what is shown."""
        self._next_due = 0
        track.closed, track.written, track.due = horizon, None, None
        track.tail = tracks.load_tail(connection, check.id)
        track.open = {start: v for start, v in track.open.items() if start >= horizon}
        return self._show(connection, {check.id: check}, now)

    def _show(self, connection, touched, now):
        """Write the verdicts of open slots; what is shown otherwise than before."""
        items = [(check, self.tracks[key]) for key, check in touched.items()]
        return states.show_all(connection, items, self._blindness, self._seq, now)

    def _show_fresh(self, connection, touched, now):
        """The same, looking only at slots with new samples."""
        args = self._blindness, self._seq, now
        items = touched.values()
        paused = [item for item in items if item[0].pauses.any]
        if paused:
            items = [item for item in items if not item[0].pauses.any]
        result = states.show_fresh(connection, items, *args)
        return result + states.show_all(connection, paused, *args)

    def close_slots(self, now=None, limit=None):
        """Log what has become final, and unknown where nothing came (R5, R6).

        The `Change`s.  With *limit* at most so many checks are looked at; more
        may be due until `slots_due` is False.
        """
        now = self.clock() if now is None else now
        if not self.slots_due(now):
            return []
        with self.writing() as connection:
            return self._close(connection, self._due(connection, now, limit), now)

    def forget_before(self, connection, time):
        """Refuse samples from before *time*: their neighbours are gone."""
        if time > self.forgotten:
            self.forgotten = time
            meta.put(connection, meta.FORGOTTEN, time)

    def heartbeat(self, now=None):
        """Say that the poller lives."""
        with self.writing() as connection:
            now = self.clock() if now is None else now
            meta.put(connection, meta.HEARTBEAT, int(now))

    def housekeep(self, now=None, budget=0.2):
        """Pack and delete what is old, for about *budget* seconds; is there more?"""
        return self.housekeeper.run(self.clock() if now is None else now, budget)

    def slots_due(self, now=None):
        """Whether `close_slots` has something to do; does not write."""
        now = self.clock() if now is None else now
        with self._lock:
            if self._seq is None:
                return True
            return now >= self._next_due

    def _due(self, connection, now, limit):
        tracks.load_missing(connection, self.checks, self.tracks, now)
        if now < self._next_due:
            return []
        found, next_due = [], inf
        for check_id, track in self.tracks.items():
            when = due(self.checks[check_id], track)
            if when > now:
                next_due = min(next_due, when)
            elif limit and len(found) >= limit:
                next_due = when
                break
            else:
                found.append((self.checks[check_id], track))
        self._next_due = next_due
        return found

    def _close(self, connection, items, now):
        late, short, others, blind = {}, [], [], self._blindness.test
        for check, track in items:
            horizon = max(self.horizon(check, now), track.closed)
            usual = blind is None and not check.pauses.any
            if usual and (event := continues(track, horizon)) is not None:
                short.append((check, track, event, go_on(track, event, horizon)))
                continue
            closing = close(check, track, horizon, blind)
            if closing.rewrite:
                widen(late, check.id, *closing.rewrite)
            else:
                others.append((check, track, closing))
        result = states.show_gone_on(connection, short, self._seq, now)
        states.write_closed(connection, others)
        result += self._rewrite(connection, late, now)
        touched = {}
        for check, _, closing in others:
            result += changes(check.id, closing.old, closing.new)
            touched[check.id] = check
        closed = [item[:2] for item in (*short, *others)]
        first = min((due(check, track) for check, track in closed), default=inf)
        self._next_due = min(self._next_due, first)
        return result + self._show(connection, touched, now)


def with_open(track, since, until, horizon):
    """The window, with the open slots that a new *horizon* closes."""
    closing = [start for start in track.open if start < horizon]
    return min([since, *closing]), max([until, *(start + 1 for start in closing)])
