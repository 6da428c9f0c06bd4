"""Maintenance worked out per check, for availability (`maintenance_span`)."""

from ..database import tables as t
from .loading import load_members
from .loading import load_windows
from .parser import parse_selector
from .windows import spans
from sqlalchemy import delete
from sqlalchemy import insert


#: Seconds ahead that are worked out, and after which it is done again.
AHEAD = 86400
AGAIN = 21600


def plan(connection, number, since, now, members=None):
    """Work out one window anew from *since* on; what was before it stays."""
    window = next((w for w in load_windows(connection) if w.id == number), None)
    if window is None:
        return
    c = t.maintenance_span.c
    connection.execute(
        delete(t.maintenance_span).where(c.maintenance_id == number, c.until > since)
    )
    members = members or load_members(connection)
    selector = parse_selector(window.selector)
    chosen = [m.id for m in members.values() if selector.matches(m)]
    rows = [
        {"check_id": m, "since": a, "until": b, "maintenance_id": number}
        for a, b in spans(window, since, int(now) + AHEAD)
        for m in chosen
    ]
    if rows:
        connection.execute(insert(t.maintenance_span), rows)


def plan_all(connection, now):
    """Go on working out all windows, from now on."""
    members = load_members(connection)
    for window in load_windows(connection, now):
        plan(connection, window.id, int(now), now, members)
