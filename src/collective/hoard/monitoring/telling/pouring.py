"""Lines go through each recipient's bucket: at once, or into his next digest."""

from ..interfaces import STATUSES
from . import flow as flows
from . import queue
from collections import defaultdict


def pour(connection, roster, rows, now):
    """Write lines, and make messages of those that are told at once."""
    queue.add_lines(connection, rows)
    by_contact = defaultdict(list)
    for row in rows:
        by_contact[row["contact_id"]].append(row)
    for contact_id, rows in by_contact.items():
        contact = roster.contacts.get(contact_id)
        if contact is not None:
            pour_one(connection, contact, rows, now)


def pour_one(connection, contact, rows, now):
    if contact.every:
        for state in ("urgent", "queued"):
            queue.join(connection, contact.id, "notice", now, state)
        later(connection, contact, None, now)
        return
    limits = flows.limits(contact.settings, contact.name)
    flow = queue.load_flow(connection, contact.id, limits, now)
    # Urgent ones neither wait nor take a token.
    queue.join(connection, contact.id, "notice", now, "urgent")
    ready = [r for r in rows if r["state"] == "queued" and r["due"] is None]
    if ready:
        quiet = quiet_until(contact, {r["severity"] for r in ready}, now)
        if quiet is not None:
            flows.hold(flow, quiet, now)
        else:
            if contact.quiet and flow.due == contact.quiet.end_at(now):
                # What waited for the morning goes along.
                flow.due = None
            if flows.offer(flow, limits, now):
                queue.join(connection, contact.id, "notice", now)
    later(connection, contact, flow, now)


def quiet_until(contact, severities, now):
    """When quiet hours end that hold lines of these back; None for not at all."""
    if contact.quiet is None:
        return None
    through = contact.settings.get("through", ())
    if any(STATUSES[severity] in through for severity in severities):
        return None
    return contact.quiet.end_at(now)


def later(connection, contact, flow, now):
    """Save the flow; lines that wait for hours of duty make it due, too."""
    following = queue.next_line(connection, contact.id, now)
    if flow is None:
        limits = flows.limits(contact.settings, contact.name)
        flow = queue.load_flow(connection, contact.id, limits, now)
    if following is not None:
        flow.due = min(flow.due or following, following)
    queue.save_flow(connection, contact.id, flow)


def digest(connection, roster, now):
    """Make digests of the queues that are due."""
    for contact_id in queue.due_recipients(connection, now):
        contact = roster.contacts.get(contact_id)
        if contact is None:
            continue
        limits = flows.limits(contact.settings, contact.name)
        flow = queue.load_flow(connection, contact_id, limits, now)
        severities = queue.queued_severities(connection, contact_id, now)
        quiet = quiet_until(contact, severities, now)
        if quiet is not None:
            flows.hold(flow, quiet, now)
        else:
            queue.join(connection, contact_id, "digest", now)
            flows.flushed(flow, now)
        later(connection, contact, flow, now)
