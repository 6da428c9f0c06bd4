"""The queue of lines and messages in the database: nothing is lost by a kill.

A line is "queued", then "joined" to a message, then "sent"; or "cancelled" by
the recovery, "folded" into another problem, "failed" with its message.  A
message is "waiting", "sending", then "sent", "empty" or "failed".
"""

from ..database import tables as t
from ..database import tables_judge as tj
from ..interfaces import STATUSES
from .flow import Flow
from .flow import new_flow
from .interfaces import Line
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
import uuid


n, m, r = t.notification.c, tj.message.c, tj.recipient.c
#: Of these the recipient has not been told yet.
UNTOLD = ("queued", "urgent", "joined")


# --- Lines -----------------------------------------------------------------


def add_lines(connection, rows):
    if rows:
        connection.execute(insert(t.notification), rows)


def line_row(notice, contact_id, incident_id, now, step=0, due=None):
    return {
        "created": int(now),
        "contact_id": contact_id,
        "check_id": notice.check_id or None,
        "kind": notice.kind,
        "severity": STATUSES.index(notice.status),
        "state": "urgent" if notice.exempt else "queued",
        "due": due,
        "incident_id": incident_id,
        "body": {
            "name": notice.title or notice.name,
            "since": notice.since,
            "reason": notice.reason[:1000],
            "previous": notice.previous,
            "lasted": notice.lasted,
            "groups": sorted(notice.groups),
            "step": step,
            "of": notice.of,
        },
    }


def cancel(connection, incident_ids, state="cancelled"):
    """Take back what of these incidents was not told yet.

    What a message under way contains stays: it cannot be taken back.
    ``[(incident, contact, step, due)]`` of what was.
    """
    if not incident_ids:
        return []
    # Locked, so that on PostgreSQL none of them begins to be sent meanwhile.
    query = select(m.id).where(m.state == "waiting").with_for_update()
    waiting = list(connection.scalars(query))
    found = []
    for part in portions(incident_ids):
        rows = connection.execute(
            update(t.notification)
            .where(
                n.incident_id.in_(part),
                or_(n.state.in_(("queued", "urgent")), n.message_id.in_(waiting)),
                n.state.in_(UNTOLD),
            )
            .values(state=state)
            .returning(n.incident_id, n.contact_id, n.body, n.due)
        )
        found += [
            (row[0], row[1], (row[2] or {}).get("step", 0), row[3]) for row in rows
        ]
    return found


def told(connection, incident_ids):
    """``{(incident, contact)}``: who was told of a problem, or is just being."""
    found = set()
    for part in portions(incident_ids):
        query = select(n.incident_id, n.contact_id).where(
            n.incident_id.in_(part),
            n.kind != "recovery",
            n.state.in_(("sent", "joined")),
        )
        found |= {tuple(row) for row in connection.execute(query)}
    return found


def portions(ids, size=500):
    ids = sorted(ids)
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def load_lines(connection, message_id):
    query = (
        select(t.notification)
        .where(n.message_id == message_id, n.state == "joined")
        .order_by(n.id)
    )
    return [line(row) for row in connection.execute(query)]


def line(row, below=0):
    body = row.body or {}
    return Line(
        id=row.id,
        kind=row.kind,
        check_id=row.check_id or 0,
        name=body.get("name", ""),
        status=STATUSES[row.severity],
        since=body.get("since", row.created),
        reason=body.get("reason", ""),
        previous=body.get("previous"),
        lasted=body.get("lasted"),
        groups=tuple(body.get("groups", ())),
        below=below,
        step=body.get("step", 0),
        of=body.get("of", "check"),
    )


def next_line(connection, contact_id, now):
    """When the next queued line is due that is not yet."""
    query = select(func.min(n.due)).where(
        n.contact_id == contact_id, n.state == "queued", n.due > now
    )
    return connection.scalar(query)


def queued_severities(connection, contact_id, now):
    due = or_(n.due.is_(None), n.due <= now)
    query = select(n.severity).where(
        n.contact_id == contact_id, n.state == "queued", due
    )
    return set(connection.scalars(query.distinct()))


# --- Recipients ------------------------------------------------------------


def load_flow(connection, contact_id, limits, now):
    row = connection.execute(
        select(tj.recipient).where(r.contact_id == contact_id)
    ).one_or_none()
    if row is None:
        return new_flow(limits, now)
    return Flow(row.tokens, row.refilled, row.interval, row.due, row.last)


def save_flow(connection, contact_id, flow):
    columns = {
        "tokens": flow.tokens,
        "refilled": int(flow.refilled),
        "interval": flow.interval,
        "due": flow.due,
        "last": flow.last,
    }
    own = r.contact_id == contact_id
    if not connection.execute(update(tj.recipient).where(own).values(columns)).rowcount:
        connection.execute(
            insert(tj.recipient).values(contact_id=contact_id, **columns)
        )


def due_recipients(connection, now):
    return list(connection.scalars(select(r.contact_id).where(r.due <= now)))


# --- Messages --------------------------------------------------------------


def join(connection, contact_id, kind, now, state="queued"):
    """Make a message of the lines that are due; its number, or None without any.

    Where a message waits for a target that is down, the lines join that one.
    """
    own = (n.contact_id == contact_id) & (n.state == state)
    own = own & or_(n.due.is_(None), n.due <= now)
    if connection.scalar(select(n.id).where(own).limit(1)) is None:
        return None
    message_id = waiting(connection, contact_id)
    if message_id is None:
        message_id = connection.execute(
            insert(tj.message).values(
                uuid=str(uuid.uuid4()),
                contact_id=contact_id,
                kind=kind,
                created=int(now),
                state="waiting",
                due=int(now),
            )
        ).inserted_primary_key[0]
    connection.execute(
        update(t.notification)
        .where(own)
        .values(state="joined", message_id=message_id, due=int(now))
    )
    return message_id


def waiting(connection, contact_id):
    query = select(m.id).where(
        m.contact_id == contact_id, m.state == "waiting", m.attempts > 0
    )
    return connection.scalar(query.limit(1))


def due_messages(connection, now):
    query = (
        select(tj.message)
        .where(m.state == "waiting", m.due <= now)
        .order_by(m.created, m.id)
    )
    return connection.execute(query).all()


def mark(connection, message_id, **columns):
    connection.execute(update(tj.message).where(m.id == message_id).values(**columns))


def settle(connection, message_id, state, now, error=None):
    """The message was sent, or never will be: so were its lines."""
    connection.execute(
        update(t.notification)
        .where(n.message_id == message_id, n.state == "joined")
        .values(state=state, sent=int(now), error=error)
    )


def resume(connection):
    """After a kill: what was being sent is sent again, by the same UUID."""
    query = update(tj.message).where(m.state == "sending").values(state="waiting")
    return connection.execute(query).rowcount


def forget(connection, before, limit=5000):
    """Delete what was settled before a time, a portion of it; how many lines."""
    old = select(n.id).where(n.created < before, n.state.not_in(UNTOLD)).limit(limit)
    count = connection.execute(
        delete(t.notification).where(n.id.in_(old.scalar_subquery()))
    ).rowcount
    done = ("sent", "empty", "failed")
    connection.execute(delete(tj.message).where(m.created < before, m.state.in_(done)))
    return count
