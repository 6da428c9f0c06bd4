"""What is known now: the newest result of each source, how each check stands."""

from ..database.bulk import execute_many
from ..database.bulk import upsert
from ..database.tables import BUCKET
from ..database.tables import metric
from ..interfaces import Change
from ..interfaces import STATUSES
from . import tracks
from .changelog import write_rows
from .samples import REASON_LENGTH
from .samples import TEXT_LENGTH
from math import isfinite
from sqlalchemy import insert
from sqlalchemy import select


STATE = upsert(
    "state",
    ("check_id", "source_id"),
    ("time", "status", "code", "reason", "ms", "text", "fails"),
    newer="time",
).replace(
    "fails = excluded.fails",
    "fails = CASE WHEN excluded.status = 0 THEN 0 ELSE state.fails + 1 END",
)
PENDING = upsert(
    "pending", ("check_id", "since"), ("until", "status", "code", "reason")
)
NO_LONGER_PENDING = "DELETE FROM pending WHERE check_id = ? AND since = ?"
STANDING = upsert(
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
)
#: What changes all the time and is in no index.
STANDING_GOES_ON = (
    "UPDATE standing SET expires = ?, provisional = ?, stale = ?, closed = ?,"
    " last_time = ? WHERE check_id = ?"
)
EXPIRES = "UPDATE interval_ SET expires = ? WHERE check_id = ? AND since = ?"
SUPPRESSED = upsert(
    "suppressed",
    ("check_id", "time", "frac", "source_id"),
    ("status", "code", "reason"),
)
METRIC = "UPDATE metric SET number = ?, unit = ?, time = ? WHERE id = ?"
VALUE = upsert(
    "metric_value", ("bucket", "metric_id", "time", "source_id"), ("number",)
)


def keep(connection, rows, samples, known):
    """Keep the newest result of each check and source, and the metrics.

    *known*: ``{(check id, name): metric id}``, which is added to.
    """
    newest = {}
    for row, sample in zip(rows, samples, strict=True):
        key = row[1], row[4]
        if key not in newest or row[2] >= newest[key][0]:
            text = sample.text[:TEXT_LENGTH].replace("\0", "") if sample.text else None
            fails = 1 if row[5] else 0
            newest[key] = (row[2], row[5], row[6], row[8], row[7], text, fails)
    execute_many(connection, STATE, [(*key, *rest) for key, rest in newest.items()])
    keep_metrics(connection, rows, samples, known)


def keep_metrics(connection, rows, samples, known):
    values = []
    for row, sample in zip(rows, samples, strict=True):
        if not sample.values:
            continue
        for name, pair in sample.values.items():
            number, unit = pair if isinstance(pair, (tuple, list)) else (pair, None)
            if isinstance(number, (int, float)) and isfinite(number):
                place = row[1], str(name)[:REASON_LENGTH]
                key = known.get(place)
                if key is None:
                    key = known[place] = metric_id(connection, *place)
                values.append((key, row, float(number), unit))
    if not values:
        return
    execute_many(
        connection,
        VALUE,
        [(row[2] // BUCKET, key, row[2], row[4], n) for key, row, n, _ in values],
    )
    execute_many(connection, METRIC, [(n, u, row[2], key) for key, row, n, u in values])


def metric_id(connection, check_id, name):
    c = metric.c
    query = select(c.id).where(c.check_id == check_id, c.name == name)
    found = connection.scalar(query)
    if found is None:
        new = connection.execute(insert(metric).values(check_id=check_id, name=name))
        found = new.inserted_primary_key[0]
    return found


def show_fresh(connection, items, blind, seq, now):
    """Write what fresh samples of *items*, ``(check, track)``, change; `Change`s."""
    result, new, rows, test = [], [], [], blind.test
    for check, track in items:
        events = track.renew(check, test)
        if events:
            key = check.id
            new += [(key, e[0], e[2], e[3], e[4], e[5] or None) for e in events]
            change, row = standing_row(check, track, seq, now)
            result += change
            rows += row
    execute_many(connection, PENDING, new)
    write_standings(connection, rows)
    return result


def show_all(connection, items, blind, seq, now):
    """Write all that *items*, ``(check, track)``, show now; the `Change`s."""
    result, gone, new, rows = [], [], [], []
    for check, track in items:
        track.fresh.clear()
        events = track.verdicts(check, blind.test)
        before = {e.start: (e.start, *e[2:]) for e in track.pending}
        after = {e.start: (e.start, *e[2:]) for e in events}
        if before != after:
            gone += [(check.id, start) for start in before if start not in after]
            new += [
                (check.id, *row[:4], row[4] or None)
                for start, row in after.items()
                if before.get(start) != row
            ]
            track.pending = events
        change, row = standing_row(check, track, seq, now)
        result += change
        rows += row
    execute_many(connection, NO_LONGER_PENDING, gone)
    execute_many(connection, PENDING, new)
    write_standings(connection, rows)
    return result


def show_closed(connection, items, seq, now):
    """Write what *items* show whose first open slot was closed; `Change`s."""
    result, gone, rows = [], [], []
    for check, track in items:
        gone.append((check.id, track.pending.pop(0).start))
        change, row = standing_row(check, track, seq, now)
        result += change
        rows += row
    execute_many(connection, NO_LONGER_PENDING, gone)
    write_standings(connection, rows)
    return result


def standing_row(check, track, seq, now):
    """``([Change], [(row of standing, whether it only goes on)])``, both empty
    where nothing changed.
    """
    if track.tail is None and not track.pending:
        return [], []
    found = tracks.shown(check, track, now)
    before = track.written
    if found == before:
        return [], []
    track.written = found
    since, expires, status, code, reason, provisional, stale = found
    goes_on = before and before[0] == since and before[2:5] == found[2:5]
    result = []
    if (status, code) != track.shown or track.seq is None:
        track.seq, goes_on = seq, False
    if (status, code) != track.shown:
        if provisional:
            result = [shown_change(check, track, found)]
        track.shown = status, code
    row = (check.id, since, expires, status, code, reason or None, provisional)
    return result, [((*row, stale, track.closed, track.last_time, track.seq), goes_on)]


def shown_change(check, track, found):
    since, _, status, code, reason, _, _ = found
    previous = None if track.shown is None else STATUSES[track.shown[0]]
    return Change(check.id, since, None, STATUSES[status], code, reason, previous, True)


def write_standings(connection, rows):
    """Write what `standing_row` found."""
    execute_many(connection, STANDING, [row for row, goes_on in rows if not goes_on])
    going_on = [
        (row[2], row[6], row[7], row[8], row[9], row[0])
        for row, goes_on in rows
        if goes_on
    ]
    execute_many(connection, STANDING_GOES_ON, going_on)


def write_closed(connection, closings):
    """Write what `closing.close` found for ``(check, track, closing)``."""
    expires, suppressed, changed = [], [], []
    for check, _, closing in closings:
        old, new = closing.old, closing.new
        if len(old) == len(new) == 1 and old[0].since == new[0].since:
            if old[0][3:5] == new[0][3:5] and new[0].until is None:
                expires.append((new[0].expires, check.id, new[0].since))
                continue
        changed.append((check.id, old, new))
    for check, _, closing in closings:
        suppressed += [
            (check.id, time, frac, source, status, code, reason)
            for time, frac, source, status, code, reason in closing.suppressed
        ]
    write_rows(connection, changed)
    execute_many(connection, EXPIRES, expires)
    execute_many(connection, SUPPRESSED, suppressed)
