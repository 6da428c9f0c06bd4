"""The one writer of samples, change log and states; see `Store`."""

from ..database.schema import check_schema
from ..interfaces import Recorded
from ..interfaces import SampleRefused
from . import checks
from . import meta
from . import samples as sample_rows
from . import states
from . import tracks
from .blindness import Blindness
from .changelog import changes
from .changelog import rewrite
from .closing import close
from .closing import due
from .packing import without_packed
from .registry import Registry
from .retention import Housekeeper
from contextlib import contextmanager
from math import inf
from threading import RLock
import time


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
        self._sources = {}
        self._checks = {}
        self._names = {}
        self._tracks = {}
        #: {(check id, name): metric id}; within `writing`.
        self.metrics = {}
        self._blindness = Blindness()
        #: Samples from before it are refused.
        self.forgotten = 0
        #: Before that nothing becomes final; 0 means to look.
        self._next_due = 0

    @property
    def names(self):
        """The names of all checks; within `writing`."""
        return self._names.keys()

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
            self._tracks = {}
            self._next_due = 0
            self._sources = {}
            self.metrics = {}
            self.forgotten = meta.get(connection, meta.FORGOTTEN)
            self._blindness = Blindness()
        if generation != self._generation or self._seq is None:
            self._tracks = {}
            self._next_due = 0
            # A check that was removed took its metrics along.
            self.metrics = {}
            self._checks = checks.load(connection)
            self._names = {one.name: one for one in self._checks.values()}
        if not self._sources:
            self._sources = self.load_sources(connection)
            self._blindness.load(connection, self._sources)
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
        samples = list(samples)
        with self.writing() as connection:
            rows, seen = self._rows(connection, samples, now, result)
            stored = self.insert_rows(connection, rows, now)
            result.stored, result.duplicates = stored, len(rows) - stored
            states.keep(connection, rows, seen, self.metrics)
            touched, late = self._sort(connection, rows, now)
            windows = self._blindness.watch(connection, self._checks, rows)
            turned = self._doubt(connection, windows, late, now)
            result.changes = self._rewrite(connection, late, now)
            result.changes += self._show(connection, turned, now)
            result.changes += self._show_fresh(connection, touched, now)
        return result

    def _rows(self, connection, samples, now, result):
        """Rows to store, and the sample behind each."""
        rows, seen = [], []
        latest, forgotten, row_of = now + self.skew, self.forgotten, sample_rows.row_of
        for sample in samples:
            try:
                check_id = self.check(sample.check).id
                source = self.source_id(sample.source)
                row = row_of(sample, check_id, source, latest)
                if row[2] < forgotten:
                    raise SampleRefused("time is before all that is kept")
            except SampleRefused as error:
                result.refused.append((sample, str(error)))
                continue
            rows.append(row)
            seen.append(sample)
        return rows, seen

    def _sort(self, connection, rows, now):
        """``(checks with new samples in open slots, {check: late window})``"""
        touched, late = {}, {}
        known = self._tracks
        for _, check_id, when, frac, source, status, code, _, reason in rows:
            check = self._checks[check_id]
            track = known.get(check_id) or self._track(connection, check, now)
            start, end, regime = check.regimes.slot_of(when)
            simple = regime.quorum is None and regime.policy == "best"
            final = end + check.grace
            if start >= track.closed and final > now:
                if final < self._next_due:
                    self._next_due = final
                track.add(start, (when, frac, source, status, code, reason), simple)
                if track.fresh:
                    touched[check_id] = check
            else:
                widen(late, check_id, start, end)
                track.last_time = max(track.last_time or 0, when)
        return touched, late

    def _track(self, connection, check, now):
        track = self._tracks.get(check.id)
        if track is None:
            track = self._tracks[check.id] = tracks.load(connection, check, now)
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
                check = self._checks[check_id]
                track = self._track(connection, check, now)
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
            check = self._checks[check_id]
            track = self._track(connection, check, now)
            horizon = max(track.closed, self.horizon(check, now))
            since, until = with_open(track, since, until, horizon)
            done = rewrite(connection, check, since, until, horizon, blind)
            result += done.changes
            result += self._renew(connection, check, track, horizon, now)
        return result

    def rewrite_closed(self, connection, windows):
        """The same for history: all slots up to the windows' ends are final."""
        now = self.clock()
        for check_id, (_, until) in windows.items():
            check = self._checks[check_id]
            track = self._track(connection, check, now)
            end = check.regimes.slot_of(until - 1)[1]
            track.closed = max(track.closed, end, self.horizon(check, now))
        return self._rewrite(connection, windows, now)

    def insert_rows(self, connection, rows, now):
        """Store rows of the table `sample`; how many were new."""
        packed = (int(now) // 86400 - 1) * 86400
        if rows and min(row[2] for row in rows) < packed:
            rows = without_packed(connection, rows)
        return sample_rows.insert(connection, rows, now)

    def _renew(self, connection, check, track, horizon, now):
        """Remember the log as it was just rewritten; `Change`s of what is shown."""
        self._next_due = 0
        track.closed, track.written = horizon, None
        track.tail = tracks.load_tail(connection, check.id)
        track.open = {start: v for start, v in track.open.items() if start >= horizon}
        return self._show(connection, {check.id: check}, now)

    def _show(self, connection, touched, now):
        """Write the verdicts of open slots; what is shown otherwise than before."""
        items = [(check, self._tracks[key]) for key, check in touched.items()]
        return states.show_all(connection, items, self._blindness, self._seq, now)

    def _show_fresh(self, connection, touched, now):
        """The same, looking only at slots with new samples."""
        args = self._blindness, self._seq, now
        items = [(check, self._tracks[key]) for key, check in touched.items()]
        paused = [item for item in items if item[0].pauses]
        if paused:
            items = [item for item in items if not item[0].pauses]
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
        tracks.load_missing(connection, self._checks, self._tracks, now)
        if now < self._next_due:
            return []
        found, next_due = [], inf
        for check_id, track in self._tracks.items():
            when = due(self._checks[check_id], track)
            if when > now:
                next_due = min(next_due, when)
            elif limit and len(found) >= limit:
                next_due = when
                break
            else:
                found.append((self._checks[check_id], track))
        self._next_due = next_due
        return found

    def _close(self, connection, items, now):
        late, simple = {}, []
        for check, track in items:
            horizon = max(self.horizon(check, now), track.closed)
            closing = close(check, track, horizon, self._blindness.test)
            if closing.rewrite:
                widen(late, check.id, *closing.rewrite)
            else:
                simple.append((check, track, closing))
        states.write_closed(connection, simple)
        result = self._rewrite(connection, late, now)
        short, touched = [], {}
        for check, track, closing in simple:
            self._next_due = min(self._next_due, due(check, track))
            if closing.short:
                short.append((check, track))
            else:
                result += changes(check.id, closing.old, closing.new)
                touched[check.id] = check
        result += states.show_closed(connection, short, self._seq, now)
        return result + self._show(connection, touched, now)


def with_open(track, since, until, horizon):
    """The window, with the open slots that a new *horizon* closes."""
    closing = [start for start in track.open if start < horizon]
    return min([since, *closing]), max([until, *(start + 1 for start in closing)])


def widen(windows, key, since, until):
    """Let the window of *key* cover [since, until), too."""
    old = windows.get(key, (since, until))
    windows[key] = min(old[0], since), max(old[1], until)
