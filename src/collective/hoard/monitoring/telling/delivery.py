"""Sending messages: marked before and after, so that a kill loses none.

What was being sent when the process was killed is sent again with the same
UUID, which channels pass on: a mail has it as Message-ID.
"""

from ..database import tables as t
from ..database import tables_judge as tj
from ..interfaces import MonitoringError
from . import flow as flows
from . import incidents
from . import queue
from .interfaces import Refused
from .letters import write_letter
from dataclasses import replace
from sqlalchemy import func
from sqlalchemy import select
from threading import Lock
import logging


logger = logging.getLogger(__name__)
#: Seconds to the next attempt, doubled each time, up to the longest.
FIRST, LONGEST = 30, 3600


class Delivery:
    def __init__(self, engine, channels, link):
        self.engine = engine
        self.channels = channels
        self.link = link
        self._resumed = False
        # Two at once would send the same messages.
        self._lock = Lock()

    def deliver(self, roster, now):
        """Send what is due; how many messages were sent."""
        with self._lock:
            with self.engine.begin() as connection:
                if not self._resumed:
                    queue.resume(connection)
                    self._resumed = True
                messages = queue.due_messages(connection, now)
            sent, down = 0, set()
            for message in messages:
                contact = roster.contacts.get(message.contact_id)
                if contact is None:
                    self.settle(message, "failed", now, "The contact is gone.")
                elif target(contact) in down:
                    # Its turn comes with the next attempt of the first one.
                    self.put_off(message, now, "The target is down.")
                else:
                    state = self.send(message, contact, now)
                    sent += state == "sent"
                    if state == "waiting":
                        down.add(target(contact))
            return sent

    def send(self, message, contact, now):
        """Send one message; what has become of it."""
        letter = self.take(message, contact, now)
        if letter is None:
            return "empty"
        try:
            channel = self.channels.get(contact.channel)
            if channel is None:
                raise Refused(f"No channel {contact.channel!r} is configured.")
            channel.send(contact, letter)
        except Refused as error:
            # For good: nobody will be told of it in any other way.
            logger.error(
                "A message to %s by %s failed for good: %s",
                contact.name,
                contact.channel,
                error,
            )
            return self.settle(message, "failed", now, str(error))
        except MonitoringError as error:
            # The target is down, or a secret is missing: somebody will see to it.
            return self.put_off(message, now, str(error))
        except Exception as error:
            # A channel with a fault must not keep the others from sending.
            logger.exception("Channel %s failed", contact.channel)
            return self.put_off(message, now, f"{type(error).__name__}: {error}")
        return self.settle(message, "sent", now)

    def take(self, message, contact, now):
        """Mark the message as being sent; its letter, or None without lines."""
        with self.engine.begin() as connection:
            # First of all: from here on nothing is taken back from it.
            queue.mark(connection, message.id, state="sending")
            lines = queue.load_lines(connection, message.id)
            if not lines:
                queue.mark(connection, message.id, state="empty", sent=int(now))
                return None
            counts = incidents.below(connection, {one.check_id for one in lines})
            lines = [replace(one, below=counts.get(one.check_id, 0)) for one in lines]
            limit = flows.limits(contact.settings, contact.name).lines
            digest = message.kind == "digest"
            letter = write_letter(
                message.uuid, lines, contact, int(now), limit, self.link, digest
            )
            heading = {"subject": letter.subject, "lines": len(lines)}
            queue.mark(connection, message.id, **heading)
        return letter

    def settle(self, message, state, now, error=None):
        with self.engine.begin() as connection:
            queue.mark(
                connection,
                message.id,
                state=state,
                sent=int(now),
                error=error,
                attempts=message.attempts + 1,
            )
            queue.settle(connection, message.id, state, now, error)
        return state

    def put_off(self, message, now, error):
        wait = min(FIRST * 2 ** min(message.attempts, 20), LONGEST)
        with self.engine.begin() as connection:
            queue.mark(
                connection,
                message.id,
                state="waiting",
                due=int(now) + wait,
                attempts=message.attempts + 1,
                error=error[:1000],
            )
        return "waiting"

    def next_due(self):
        m, r, e = tj.message.c, tj.recipient.c, tj.escalation.c
        queries = (
            select(func.min(m.due)).where(m.state == "waiting"),
            select(func.min(r.due)),
            select(func.min(e.due)),
        )
        with self.engine.begin() as connection:
            found = [connection.scalar(query) for query in queries]
        return min((due for due in found if due is not None), default=None)

    def waiting(self):
        """``[(contact, error, since)]`` of messages whose target is down."""
        m = tj.message.c
        query = (
            select(t.contact.c.name, m.error, m.created)
            .join(t.contact, t.contact.c.id == m.contact_id)
            .where(m.state == "waiting", m.attempts > 0)
            .order_by(m.created)
        )
        with self.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(query)]


def target(contact):
    """Contacts with the same one are down together."""
    if contact.channel == "webhook":
        return contact.channel, contact.address
    return contact.channel
