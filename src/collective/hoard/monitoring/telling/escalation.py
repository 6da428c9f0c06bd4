"""Steps of a policy that come when nobody acknowledges, and repetitions."""

from ..database import tables as t
from ..database import tables_judge as tj
from ..interfaces import STATUSES
from ..judge.interfaces import BADNESS
from ..judge.interfaces import Notice
from . import incidents
from .queue import portions
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


e, i = tj.escalation.c, t.incident.c
#: Seconds after which an acknowledged incident is looked at again.
AGAIN = 60


def go_on(connection, told, now):
    """First steps were told, ``[(incident id, policy, notice, whether worse)]``.

    What is under way keeps its time, so that a problem which goes to and fro
    reaches the next step, too; a repetition counts from what was told last.
    """
    known = under_way(connection, {number for number, *_ in told})
    rows = []
    for number, policy, notice, worse in told:
        step = known.get((number, policy.id))
        bad, begun = still_bad(policy, notice), step is not None
        if begun and bad and step + 1 < len(policy.steps):
            continue
        if begun:
            leave(connection, number, policy.id)
        if bad and (begun or worse):
            rows.append(row_of(number, policy, step or 0, now))
    rows = [row for row in rows if row["due"] is not None]
    if rows:
        connection.execute(insert(tj.escalation), rows)


def under_way(connection, incident_ids):
    """``{(incident id, policy id): step}``"""
    found = {}
    for part in portions(incident_ids):
        query = select(e.incident_id, e.policy_id, e.step)
        query = query.where(e.incident_id.in_(part))
        found |= {(row[0], row[1]): row[2] for row in connection.execute(query)}
    return found


def still_bad(policy, notice):
    return (
        notice.kind == "flapping" or BADNESS[notice.status] >= BADNESS[policy.severity]
    )


def row_of(incident_id, policy, step, now):
    due = next_due(policy, step, now)
    row = {"incident_id": incident_id, "policy_id": policy.id, "step": step}
    return {**row, "due": due}


def next_due(policy, step, now):
    """When the step after *step* is due, or the repetition of the last one."""
    if step + 1 < len(policy.steps):
        return int(now + policy.steps[step + 1].after - policy.steps[step].after)
    return int(now + policy.repeat) if policy.repeat else None


def leave(connection, incident_id, policy_id):
    own = (e.incident_id == incident_id) & (e.policy_id == policy_id)
    connection.execute(delete(tj.escalation).where(own))


def end(connection, incident_ids):
    for part in portions(incident_ids):
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
            following = next_due(policy, step, now)
            later(connection, row, following, step)
            found.append((notice(row), policy, step, row.incident_id))
    return found


def later(connection, row, due, step):
    if due is None:
        leave(connection, row.incident_id, row.policy_id)
    else:
        own = (e.incident_id == row.incident_id) & (e.policy_id == row.policy_id)
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
