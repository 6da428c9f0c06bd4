"""Sources, checks and their rules: what a `Store` keeps beside samples."""

from ..database.tables import check as checks
from ..database.tables import interval
from ..database.tables import pause as pauses
from ..database.tables import regime as regimes
from ..database.tables import source as sources
from ..foreign import flaw
from ..interfaces import ACTIVE_KINDS
from ..interfaces import POLICIES
from ..interfaces import SampleRefused
from ..interfaces import SOURCE_KINDS
from ..interfaces import UnknownCheck
from ..interfaces import WrongUse
from . import blindness
from . import meta
from . import tracks
from .changelog import rewrite
from dataclasses import dataclass
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


#: The article's ten minutes.
SLOT = 600
LONGEST_NAME = 500


@dataclass(frozen=True, slots=True)
class Source:
    id: int
    name: str
    active: bool
    share: float
    least: int


class Registry:
    """Mixed into `Store`; each public method is a transaction of its own."""

    # --- Sources --------------------------------------------------------

    def ensure_source(self, name, kind="push", **columns):
        """The number of the source *name*, made if it is not there."""
        if kind not in SOURCE_KINDS:
            raise WrongUse(f"A source is one of {', '.join(SOURCE_KINDS)}, not {kind}.")
        with self.writing() as connection:
            return self.ensure_source_in(connection, name, kind, **columns)

    def ensure_source_in(self, connection, name, kind, **columns):
        known = self.sources.get(name)
        if known is not None:
            return known.id
        check_name(name)
        connection.execute(insert(sources).values(name=name, kind=kind, **columns))
        self.sources = self.load_sources(connection)
        self._blindness.load(connection, self.sources)
        return self.sources[name].id

    def load_sources(self, connection):
        c = sources.c
        query = select(c.id, c.name, c.kind, c.blind_share, c.blind_least)
        return {
            row.name: Source(
                row.id,
                row.name,
                row.kind in ACTIVE_KINDS,
                blindness.SHARE if row.blind_share is None else row.blind_share,
                blindness.LEAST if row.blind_least is None else row.blind_least,
            )
            for row in connection.execute(query)
        }

    # --- Checks ---------------------------------------------------------

    def check(self, key):
        """The check with that name or number.

        :raises SampleRefused: There is none.
        """
        found = self.names.get(key) if isinstance(key, str) else self.checks.get(key)
        if found is None:
            raise SampleRefused(f"there is no check {key!r}")
        return found

    def ensure_check(self, name, slot=SLOT, fresh=None, kind="passive", **columns):
        """The number of the check *name*, made if it is not there.

        *fresh* is by default what R5 asks: ``max(slot, 2 * interval + timeout)``.
        Of *columns*, ``policy, m, n, quorum`` are its rules, the others go to
        the table ``check_``.
        """
        with self.writing() as connection:
            known = self.names.get(name)
            if known is not None:
                return known.id
            return self.make_checks_in(
                connection, [name], slot, fresh, kind, **columns
            )[0]

    def make_checks_in(self, connection, names, slot, fresh, kind, **columns):
        """Make checks of the same rules; their numbers."""
        rules = {key: columns.pop(key, None) for key in ("policy", "m", "n", "quorum")}
        rules["policy"] = rules["policy"] or "best"
        interval_, timeout = columns.get("interval"), columns.get("timeout")
        if fresh is None:
            fresh = max(slot, int(2 * (interval_ or 0) + (timeout or 0)))
        check_rules(slot, fresh, **rules)
        columns.setdefault("grace", int((timeout or 0) + 30))
        now = int(self.clock())
        numbers = []
        for name in names:
            check_name(name)
            values = {"created": now, "updated": now, **columns}
            made = connection.execute(
                insert(checks).values(name=name, kind=kind, **values)
            )
            numbers.append(made.inserted_primary_key[0])
        rule = {"since": 0, "slot": slot, "fresh": fresh, **rules}
        connection.execute(insert(regimes), [{"check_id": n, **rule} for n in numbers])
        self._reload(connection)
        return numbers

    def _reload(self, connection):
        meta.bump_generation(connection)
        self._generation = None
        self._refresh(connection, self._seq, meta.get(connection, meta.GENERATION))

    def set_rules(
        self, name, since, slot, fresh, policy="best", m=None, n=None, quorum=None
    ):
        """Let a check be judged by other rules from *since* on; a `Change` list.

        The past before *since* stays as it was judged.
        """
        check_rules(slot, fresh, policy, m, n, quorum)
        rule = {"slot": slot, "fresh": fresh, "policy": policy}
        rule |= {"m": m, "n": n, "quorum": quorum}
        with self.writing() as connection:
            check = self._known(name)
            connection.execute(
                delete(regimes).where(
                    regimes.c.check_id == check.id, regimes.c.since >= since
                )
            )
            # The first rules hold for all time before, too.
            others = select(regimes.c.since).where(regimes.c.check_id == check.id)
            start = since if connection.scalar(others.limit(1)) is not None else 0
            connection.execute(
                insert(regimes).values(check_id=check.id, since=start, **rule)
            )
            self._reload(connection)
            return self._from(connection, check.id, since)

    def _known(self, name):
        try:
            return self.check(name)
        except SampleRefused as error:
            raise UnknownCheck(f"There is no check {name!r}.") from error

    # --- Pauses ---------------------------------------------------------

    def pause(self, name, since=None, reason="paused"):
        """Time from *since* on is unmonitored; a `Change` list."""
        since = int(self.clock() if since is None else since)
        with self.writing() as connection:
            check = self._known(name)
            c = pauses.c
            own = c.check_id == check.id
            connection.execute(delete(pauses).where(own, c.since >= since))
            query = update(pauses).where(own, (c.until.is_(None)) | (c.until > since))
            connection.execute(query.values(until=since))
            row = {"since": since, "until": None, "reason": reason}
            connection.execute(insert(pauses).values(check_id=check.id, **row))
            connection.execute(
                update(checks).where(checks.c.id == check.id).values(enabled=False)
            )
            self._reload(connection)
            return self._from(connection, check.id, since)

    def resume(self, name, until=None):
        """The check is watched again from *until* on; a `Change` list."""
        until = int(self.clock() if until is None else until)
        with self.writing() as connection:
            check = self._known(name)
            c = pauses.c
            own = c.check_id == check.id
            since = connection.scalar(select(c.since).where(own, c.until.is_(None)))
            if since is None:
                return []
            until = max(until, since)
            query = update(pauses).where(own, c.until.is_(None))
            connection.execute(query.values(until=until))
            query = update(checks).where(checks.c.id == check.id)
            connection.execute(query.values(enabled=True, removed=None))
            self._reload(connection)
            return self._from(connection, check.id, until)

    def remove(self, name, since=None):
        """Stop watching for good; what was seen stays.  A `Change` list."""
        since = int(self.clock() if since is None else since)
        result = self.pause(name, since, "removed")
        with self.writing() as connection:
            check = self._known(name)
            query = update(checks).where(checks.c.id == check.id)
            connection.execute(query.values(removed=since))
        return result

    def _from(self, connection, check_id, since):
        """Make the log anew from *since* to its end."""
        check = self.checks[check_id]
        now = self.clock()
        track = self.track(connection, check, now)
        horizon = max(self.horizon(check, now), track.closed)
        if check.pauses.covers(now) or check.pauses.covers(since):
            # The slot in which it was paused is final: nothing more can come.
            horizon = max(horizon, since)
        query = select(interval.c.since).where(interval.c.check_id == check_id)
        newest = connection.scalar(query.order_by(interval.c.since.desc()).limit(1))
        until = max(now + self.skew, horizon, since, newest or 0) + 1
        since = min([since, *(start for start in track.open if start < horizon)])
        done = rewrite(
            connection, check, since, int(until), horizon, self._blindness.test, True
        )
        # Samples of open slots may count now that did not before.
        tracks.fill(connection, check, track, horizon, now)
        self._renew(connection, check, track, horizon, now)
        return done.changes


def check_name(name, what="A name"):
    """:raises WrongUse: *what* cannot be called so."""
    if not isinstance(name, str) or not name.strip():
        raise WrongUse(f"{what} must be a text and not empty.")
    if len(name) > LONGEST_NAME:
        raise WrongUse(f"{what} of {len(name)} characters is too long.")
    if words := flaw(name, LONGEST_NAME, lines=True):
        raise WrongUse(f"{what} {words}.")


def check_rules(slot, fresh, policy="best", m=None, n=None, quorum=None):
    """:raises WrongUse: These rules make no sense."""
    if slot < 1 or fresh < 1:
        raise WrongUse("Slot and freshness must be 1 second or more.")
    if policy not in POLICIES:
        raise WrongUse(f"A policy is one of {', '.join(POLICIES)}, not {policy!r}.")
    if policy == "m of n" and not (m and n and 1 <= m <= n):
        raise WrongUse("The policy 'm of n' needs numbers with 1 <= m <= n.")
    if quorum is not None and quorum < 1:
        raise WrongUse("A quorum must be 1 or more.")
