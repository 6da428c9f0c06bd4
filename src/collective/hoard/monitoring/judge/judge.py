"""`Judge`: takes what changed, keeps rules and alarms, says what is news."""

from ..history import meta
from ..history.meta import GAP
from ..history.meta import TICK
from . import log
from .announcer import Announcer
from .announcer import HOLD
from .board import with_latency
from .interfaces import Notice
from .interfaces import Verdict
from .loading import load
from .picture import Standing
from .sources import SourceWatch
from .spans import extend


#: Seconds after a start for which unknown checks are our own doing.
SETTLE = 900
#: Seconds between two looks at what changes slowly.
SLOW = 5


class Judge:
    """Judges changes as they come; the same after a restart.

    Call `on_samples` and `on_changes` with what the store took and gave, and
    `tick` as often as you like, all with growing times.  The `Notice`s that come
    back are to be told (`telling.Teller`) before the next call; those that
    were not are made again after a restart, from the incidents that are open.

    *provisional*: judge open slots, too.  Then an error is told at once, even
    where a success in the same slot will take it back.
    """

    def __init__(self, engine, store=None, hold=HOLD, provisional=False):
        self.engine = engine
        self.store = store
        self.hold = hold
        self.provisional = provisional
        #: What in the database cannot be used, in words; after `start`.
        self.complaints = []
        self.picture = None
        self.announcer = None
        self.sources = SourceWatch()
        self._generation = None
        self._slow = self._maintain_due = 0
        self._concerned = set()

    # --- Starting and reading anew --------------------------------------

    def start(self, now):
        """Read everything; the `Notice`s of what happened while we were away."""
        with self.engine.begin() as connection:
            last = meta.get(connection, TICK, None)
        notices = []
        if last is not None and now - last > GAP:
            notices.append(pause_notice(last, now))
        self.reload(now, last)
        if notices:
            self.announcer.excuse = now + SETTLE
        verdicts = self._evaluate(self.picture.rules.rules, now)
        return notices + self._news(verdicts, self.picture.standings, now)

    def reload(self, now, last=None):
        """Read checks, groups, rules and windows; what was announced stays."""
        old, announced = self.picture, self.announcer
        with self.engine.begin() as connection:
            self.picture, self.complaints = load(connection, now)
            self._generation = meta.get(connection, meta.GENERATION)
            self.announcer = Announcer(self.picture, self.hold)
            if announced is None:
                self.sources.load(connection, self.announcer)
        if old is not None:
            self._take_over(old, announced)
        elif last is not None and now - last > GAP:
            self._blank(last, now)
        self._maintain_due = now
        self.picture.maintain(now)

    def _take_over(self, old, announced):
        """Keep what only memory has: windows of metrics, what was announced."""
        new = self.picture
        for kind in ("sources", "windows"):
            facts, before = getattr(new.board, kind), getattr(old.board, kind)
            for key in facts.keys() & before.keys():
                new.board.adopt(kind, key, before[key])
        for key, watch in old.alarms.watches.items():
            if key in new.alarms.watches and watch.alarm.period == (
                new.alarms.watches[key].alarm.period
            ):
                new.alarms.watches[key].points = watch.points
        new.flaps = old.flaps
        known = new.standings.keys()
        for name in ("told", "folded", "held"):
            kept = {k: v for k, v in getattr(announced, name).items() if k in known}
            setattr(self.announcer, name, kept)
        self.announcer.excuse = announced.excuse

    def _blank(self, last, now):
        """Nobody evaluated rules and alarms since *last*: unknown till now."""
        ids = [*self.picture.rules.rules, *self.picture.alarms.watches]
        self._log([blank(i, last) for i in ids if i in self.picture.standings])
        for kept in self.picture.rules.rules.values():
            kept.status = "unknown"

    # --- What happens ---------------------------------------------------

    def on_samples(self, samples, now):
        """Take stored samples into metrics, alarms and `sources()`.

        Rules that this concerns are judged with the next call of `on_changes`
        or `tick`.
        """
        board, alarms = self.picture.board, self.picture.alarms
        if not (board.listens or alarms.watches):
            return
        for sample in samples:
            self._concerned.update(board.sample(sample))
            check_id = sample.check
            if not isinstance(check_id, int):
                check_id = board.names.get(check_id)
            if alarms.concerns(check_id):
                alarms.sample(check_id, sample.time, with_latency(sample))

    def on_changes(self, changes, now):
        """Judge what the store said has changed; the `Notice`s."""
        touched, flapping = {}, []
        for change in changes:
            if self._take(change):
                touched[change.check_id] = None
                if self._flaps(change, now):
                    flapping.append(change.check_id)
        verdicts = self._evaluate(self._taken(), now)
        notices = [n for m in flapping for n in self.announcer.flapping(m, now)]
        return notices + self._news(verdicts, touched, now)

    def _taken(self):
        concerned = set(self._concerned)
        self._concerned.clear()
        return concerned

    def _take(self, change):
        """Let a change count; whether it says how the check is now."""
        if change.until is not None or change.check_id not in self.picture.standings:
            return False
        if change.provisional and not self.provisional:
            return False
        standing = Standing(change.status, change.since, change.reason, change.code)
        self._concerned.update(self.picture.put(change.check_id, standing))
        return True

    def _flaps(self, change, now):
        seen = (change.previous, change.status)
        if change.previous == change.status or not {"ok", "warn", "crit"} & {*seen}:
            return False
        if change.previous is None or "unmonitored" in seen:
            return False
        slot = self.picture.board.members[change.check_id].slot
        return self.picture.flaps.change(change.check_id, slot, now)

    def tick(self, now):
        """What time alone brings; the `Notice`s."""
        notices = []
        if now - self._slow >= SLOW or now < self._slow:
            self._slow = now
            notices += self._slow_tick(now)
        verdicts = self.picture.alarms.tick(now)
        back = []
        if now >= self._maintain_due:
            concerned, back = self.picture.maintain(now)
            self._maintain_due = self.picture.calendar.next_change(now)
            self._concerned.update(concerned)
        for verdict in verdicts:
            self._put(verdict)
        verdicts = verdicts + self._evaluate(self._taken(), now)
        notices += self._news(verdicts, back, now)
        return notices + self.announcer.release(now)

    def _slow_tick(self, now):
        self._concerned.update(self.picture.board.expire(now))
        notices = []
        for check_id in self.picture.flaps.steady(now):
            notices += self.announcer.steady(check_id, now)
        with self.engine.begin() as connection:
            meta.put(connection, TICK, int(now))
            extend(connection, now)
            generation = meta.get(connection, meta.GENERATION)
            notices += self.sources.look(connection, now)
        if generation != self._generation:
            self.reload(now)
            verdicts = self._evaluate(self.picture.rules.rules, now)
            notices += self._news(verdicts, self.picture.standings, now)
        return notices

    # --- Within ---------------------------------------------------------

    def _evaluate(self, concerned, now):
        """Verdicts of rules, their standings kept."""
        verdicts = self.picture.rules.evaluate(concerned, now)
        for verdict in verdicts:
            self._put(verdict)
        return verdicts

    def _put(self, verdict):
        if verdict.id in self.picture.standings:
            standing = Standing(verdict.status, verdict.since, verdict.reason)
            self._concerned.update(self.picture.put(verdict.id, standing))

    def _log(self, verdicts):
        if verdicts:
            with log.writing(self.engine, self.store) as connection:
                log.write(connection, verdicts)

    def _news(self, verdicts, touched, now):
        self._log(verdicts)
        members = {v.id for v in verdicts} | set(touched)
        return self.announcer.settle(members & self.picture.standings.keys(), now)

    def why(self, name):
        """Why a rule is as it is; see `explain.explained`."""
        from .explain import explained

        return explained(self.picture, name)


def blank(member_id, since):
    return Verdict(member_id, since, "unknown", "the poller was not running", None)


def pause_notice(last, now):
    minutes = round((now - last) / 60)
    return Notice(
        kind="note",
        check_id=0,
        name="poller",
        status="unknown",
        since=last,
        of="poller",
        title="The poller is back",
        reason=f"It did not run for {minutes} min: what happened meanwhile is unknown.",
        lasted=int(now - last),
    )
