"""Steps of a policy that come when nobody acknowledges, and repetitions."""

from ..database import tables as t
from ..database import tables_judge as tj
from ..interfaces import STATUSES
from ..judge.interfaces import Notice
from . import incidents
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


e, i = tj.escalation.c, t.incident.c
#: Seconds after which an acknowledged incident is looked at again.
AGAIN = 60


def begin_all(connection, pairs, now):
    """First steps were told, ``[(incident id, policy)]``: note what comes next."""
    rows = [
        {"incident_id": i, "policy_id": p.id, "step": 0, "due": int(due)}
        for i, p in pairs
        if (due := next_due(p, 0, now, now)) is not None
    ]
    end(connection, {row["incident_id"] for row in rows})
    if rows:
        connection.execute(insert(tj.escalation), rows)


def next_due(policy, step, opened, now):
    """When the step after *step* is due, or the repetition of the last one."""
    if step + 1 < len(policy.steps):
        return max(opened + policy.steps[step + 1].after, now)
    return now + policy.repeat if policy.repeat else None


def end(connection, incident_ids):
    ids = list(incident_ids)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        connection.execute(delete(tj.escalation).where(e.incident_id.in_(part)))


def due(connection, roster, now):
    """``[(notice, policy, step, incident id)]`` that are to be told now."""
    policies = {policy.id: policy for policy in roster.policies}
    query = (
        select(
            tj.escalation, i.check_id, i.title, i.since, i.severity, i.key, i.settings
        )
        .join(t.incident, i.id == e.incident_id)
        .where(e.due <= now)
    )
    rows = connection.execute(query).all()
    busy = incidents.acknowledged(connection, {r.check_id for r in rows}, now)
    found = []
    for row in rows:
        policy = policies.get(row.policy_id)
        if policy is None:
            later(connection, row, None, row.step)
        elif row.check_id in busy:
            later(connection, row, now + AGAIN, row.step)
        else:
            step = min(row.step + 1, len(policy.steps) - 1)
            following = next_due(policy, step, row.since, now)
            later(connection, row, following, step)
            found.append((notice(row), policy, step, row.incident_id))
    return found


def later(connection, row, due, step):
    own = (e.incident_id == row.incident_id) & (e.policy_id == row.policy_id)
    if due is None:
        connection.execute(delete(tj.escalation).where(own))
    else:
        values = {"due": int(due), "step": step}
        connection.execute(update(tj.escalation).where(own).values(values))


def notice(row):
    details = row.settings or {}
    return Notice(
        reason=details.get("reason", ""),
        groups=frozenset(details.get("groups", ())),
        kind="problem",
        check_id=row.check_id or 0,
        name=row.title,
        status=STATUSES[row.severity],
        since=row.since,
        of=row.key.partition(":")[0],
    )
