"""How checks stand now: one row each, written when something of it is new."""

from ..database.bulk import EMPTY
from ..database.bulk import execute_many
from ..database.bulk import FLAG
from ..database.bulk import upsert
from ..interfaces import Change
from ..interfaces import STATUSES
from .tracks import shown


ROW = upsert(
    "standing",
    ("check_id",),
    (
        "since",
        "expires",
        "status",
        "code",
        "reason",
        "provisional",
        "stale",
        "closed",
        "last_time",
        "seq",
    ),
    reason=EMPTY,
    provisional=FLAG,
)
#: What changes all the time and is in no index.
GOES_ON = (
    f"UPDATE standing SET expires = ?, provisional = {FLAG}, stale = ?, closed = ?,"  # noqa: S608
    " last_time = ? WHERE check_id = ?"
)


class Standings:
    """Collects what `tracks.shown` says of checks, and writes it at once."""

    def __init__(self, seq, now):
        self._seq, self._now = seq, now
        self._changes, self._rows, self._going_on = [], [], []

    def add(self, check, track):
        """Take what *check* shows now, if that is not what was written."""
        if track.tail is None and not track.pending:
            return
        found, before = shown(check, track, self._now), track.written
        if found == before:
            return
        track.written = found
        since, expires, status, code, reason, provisional, stale = found
        flag = 1 if provisional else 0
        same = (status, code) == track.shown and track.seq is not None
        if same and before and before[0] == since and before[4] == reason:
            self._going_on.append(
                (expires, flag, stale, track.closed, track.last_time, check.id)
            )
            return
        if not same:
            self._turn(check, track, found)
        self._rows.append(
            (check.id, since, expires, status, code, reason, flag, stale)
            + (track.closed, track.last_time, track.seq)
        )

    def _turn(self, check, track, found):
        """The check stands otherwise than before; provisionally that is news."""
        since, _, status, code, reason, provisional, _ = found
        track.seq = self._seq
        if (status, code) == track.shown:
            return
        if provisional:
            previous = None if track.shown is None else STATUSES[track.shown[0]]
            says = STATUSES[status], code, reason
            self._changes.append(Change(check.id, since, None, *says, previous, True))
        track.shown = status, code

    def write(self, connection) -> list:
        """Write all; the `Change`s."""
        execute_many(connection, ROW, self._rows)
        execute_many(connection, GOES_ON, self._going_on)
        return self._changes
