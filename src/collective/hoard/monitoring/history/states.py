"""What is known now: the newest result of each source, how each check stands."""

from ..database.bulk import EMPTY
from ..database.bulk import execute_many
from ..database.bulk import upsert
from ..database.tables import BUCKET
from ..database.tables import metric
from ..foreign import is_number
from ..foreign import storable
from .changelog import SUPPRESSED
from .changelog import write_rows
from .samples import REASON_LENGTH
from .samples import TEXT_LENGTH
from .standings import Standings
from sqlalchemy import insert
from sqlalchemy import select


STATE = upsert(
    "state",
    ("check_id", "source_id"),
    ("time", "status", "code", "reason", "ms", "text", "fails"),
    newer="time",
    reason=EMPTY,
    text=EMPTY,
).replace(
    "fails = excluded.fails",
    "fails = CASE WHEN excluded.status = 0 THEN 0 ELSE state.fails + 1 END",
)
PENDING = upsert(
    "pending",
    ("check_id", "since"),
    ("until", "status", "code", "reason"),
    reason=EMPTY,
)
NO_LONGER_PENDING = "DELETE FROM pending WHERE check_id = ? AND since = ?"
EXPIRES = "UPDATE interval_ SET expires = ? WHERE check_id = ? AND since = ?"
METRIC = "UPDATE metric SET number = ?, unit = ?, time = ? WHERE id = ?"
VALUE = upsert(
    "metric_value", ("bucket", "metric_id", "time", "source_id"), ("number",)
)


def keep(connection, rows, samples, known):
    """Keep the newest result of each check and source, and the metrics.

    *known*: ``{(check id, name): metric id}``, which is added to.
    """
    newest, measured = {}, []
    for row, sample in zip(rows, samples, strict=True):
        _, check_id, time, _, source_id, status, code, ms, reason = row
        if sample.values:
            measured.append((row, sample.values))
        key = check_id, source_id
        before = newest.get(key)
        if before is None or time >= before[2]:
            text = storable(sample.text[:TEXT_LENGTH]) if sample.text else ""
            fails = 1 if status else 0
            newest[key] = (*key, time, status, code, reason, ms, text, fails)
    execute_many(connection, STATE, list(newest.values()))
    if measured:
        keep_metrics(connection, measured, known)


def keep_metrics(connection, measured, known):
    """Keep the values of ``(row, values)``."""
    kept, newest = [], []
    for (_, check_id, time, _, source_id, *_), values in measured:
        for name, pair in values.items():
            number, unit = pair if isinstance(pair, (tuple, list)) else (pair, None)
            if is_number(number):
                place = check_id, storable(str(name)[:REASON_LENGTH])
                unit = storable(str(unit)) if unit else unit
                key = known.get(place)
                if key is None:
                    key = known[place] = metric_id(connection, *place)
                kept.append((time // BUCKET, key, time, source_id, float(number)))
                newest.append((float(number), unit, time, key))
    execute_many(connection, VALUE, kept)
    execute_many(connection, METRIC, newest)


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
    new, standings, test = [], Standings(seq, now), blind.test
    for check, track in items:
        events = track.renew(check, test)
        if events:
            key = check.id
            new += [(key, start, *rest) for start, _, *rest in events]
            standings.add(check, track)
    execute_many(connection, PENDING, new)
    return standings.write(connection)


def show_all(connection, items, blind, seq, now):
    """Write all that *items*, ``(check, track)``, show now; the `Change`s."""
    gone, new, standings = [], [], Standings(seq, now)
    for check, track in items:
        track.fresh.clear()
        events = track.verdicts(check, blind.test)
        before = {e.start: (e.start, *e[2:]) for e in track.pending}
        after = {e.start: (e.start, *e[2:]) for e in events}
        if before != after:
            gone += [(check.id, start) for start in before if start not in after]
            new += [
                (check.id, *row)
                for start, row in after.items()
                if before.get(start) != row
            ]
            track.pending = events
        standings.add(check, track)
    execute_many(connection, NO_LONGER_PENDING, gone)
    execute_many(connection, PENDING, new)
    return standings.write(connection)


def show_gone_on(connection, items, seq, now):
    """Write what ``(check, track, event, hidden)`` show, whose first open slot was
    closed with *event* and only let their logs go on; `Change`s.
    """
    gone, expires, errors, standings = [], [], [], Standings(seq, now)
    for check, track, event, hidden in items:
        key = check.id
        gone.append((key, event[0]))
        expires.append((event[2], key, track.tail[0]))
        if hidden:
            errors += [(key, *sample) for sample in hidden]
        standings.add(check, track)
    execute_many(connection, EXPIRES, expires)
    execute_many(connection, SUPPRESSED, errors)
    execute_many(connection, NO_LONGER_PENDING, gone)
    return standings.write(connection)


def write_closed(connection, closings):
    """Write what `closing.close` found for ``(check, track, closing)``."""
    expires, errors, changed = [], [], []
    for check, _, closing in closings:
        errors += [(check.id, *sample) for sample in closing.suppressed]
        old, new = closing.old, closing.new
        if len(old) == len(new) == 1 and new[0] == old[0]._replace(expires=new[0][2]):
            expires.append((new[0][2], check.id, new[0][0]))
        else:
            changed.append((check.id, old, new))
    write_rows(connection, changed)
    execute_many(connection, EXPIRES, expires)
    execute_many(connection, SUPPRESSED, errors)
