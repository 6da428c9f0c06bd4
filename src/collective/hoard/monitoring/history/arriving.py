"""Samples on their way into a `Store`: as rows, then into the slots of checks.

The loops here run once for each sample; what is usual is done without calls.
"""

from ..interfaces import SampleRefused
from .samples import row_of


def rows_of(store, samples, latest, refused):
    """``(rows, samples)``: what can be stored, with the sample behind each row.

    The others are added to *refused* with the reason: ``(sample, why)``.
    """
    names, numbers, sources = store.names, store.checks, store.sources
    forgotten, rows, taken = store.forgotten, [], []
    for sample in samples:
        key = sample.check
        check = names.get(key) if isinstance(key, str) else numbers.get(key)
        source = sources.get(sample.source)
        try:
            if check is None or source is None:
                raise SampleRefused(unknown(key, check, sample.source))
            row = row_of(sample, check.id, source.id, latest)
            if row[2] < forgotten:
                raise SampleRefused("time is before all that is kept")
        except SampleRefused as error:
            refused.append((sample, str(error)))
            continue
        rows.append(row)
        taken.append(sample)
    return rows, taken


def unknown(key, check, source):
    if check is None:
        return f"there is no check {key!r}"
    return f"there is no source {source!r}"


def sort_into_slots(store, connection, rows, now):
    """``(touched, late, final)``

    *touched*: ``{check id: (check, track)}`` whose open slots say something new. *late*:
    ``{check id: window}`` that is closed already. *final*: when the first of the
    slots becomes final that have got a sample; None without any.
    """
    touched, late, first = {}, {}, None
    checks, known = store.checks, store.tracks
    for _, check_id, when, frac, source, status, code, _, reason in rows:
        check = checks[check_id]
        track = known.get(check_id) or store.track(connection, check, now)
        regime = check.regimes.single
        if regime is not None:
            start = when - when % regime.slot
            end = start + regime.slot
        else:
            start, end, regime = check.regimes.slot_of(when)
        final = end + check.grace
        if start >= track.closed and final > now:
            if first is None or final < first:
                first = final
            track.add(start, (when, frac, source, status, code, reason), regime.simple)
            if track.fresh:
                touched[check_id] = check, track
                if track.due is not None and final < track.due:
                    track.due = final
        else:
            widen(late, check_id, start, end)
            track.last_time = max(track.last_time or 0, when)
    return touched, late, first


def widen(windows, key, since, until):
    """Let the window of *key* cover [since, until), too."""
    old = windows.get(key, (since, until))
    windows[key] = min(old[0], since), max(old[1], until)
