"""Changes pushed to browsers: one question to the database for all of them."""

from ..database.tables import check as checks
from ..database.tables import group
from ..database.tables import group_member
from ..database.tables import standing
from ..interfaces import STATUSES
from dataclasses import dataclass
from sqlalchemy import func
from sqlalchemy import select
import asyncio
import json
import logging


logger = logging.getLogger(__name__)

#: Seconds between two ticks while there is something to say.
TICK = 0.1
#: Seconds after which we look by ourselves: others may have written.
LOOK = 1.0
#: Seconds between two signs of life.
ALIVE = 15.0
#: Messages that may wait for a client; one that lags behind more is dropped
#: and comes back by itself with the number of the last it has seen.
BEHIND = 50
#: Changes of one message.
MOST = 5000


@dataclass(frozen=True, slots=True)
class Event:
    seq: int
    check_id: int
    data: dict


class Hub:
    """Reads changes once and hands them to each `Client`.

    *reader* is an engine that only reads. `wake()` may be called from any
    thread when something was written.
    """

    def __init__(self, reader, generation):
        self._reader, self._generation = reader, generation
        self._clients = set()
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._seq = None
        self._members = (None, {})
        self.dropped = 0

    def __len__(self):
        return len(self._clients)

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Look for changes and hand them on, for ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            if self._clients:
                await self._tick()
            else:
                self._seq = None
            await asyncio.sleep(TICK)

    async def _tick(self):
        if self._seq is None:
            self._seq = await asyncio.to_thread(self._newest)
        events = await asyncio.to_thread(self._since, self._seq, MOST)
        if not events:
            return
        self._seq = events[-1].seq
        if len(events) == MOST:
            self._woken.set()
        members = await self._groups()
        # Most clients see the same: their message is made once.
        made = {}
        for client in list(self._clients):
            if client.groups not in made:
                made[client.groups] = message(events, client.groups, members)
            if made[client.groups] and not client.offer(made[client.groups]):
                self.dropped += 1
                self._clients.discard(client)

    async def join(self, groups, since: int | None) -> "Client":
        """A client that first gets what it missed after the number *since*."""
        client = Client(groups)
        if since is not None:
            events = await asyncio.to_thread(self._since, since, MOST)
            if text := message(events, groups, await self._groups()):
                client.offer(text)
        self._clients.add(client)
        if self._seq is None:
            self._seq = (
                since if since is not None else await asyncio.to_thread(self._newest)
            )
        self._woken.set()
        return client

    def leave(self, client) -> None:
        self._clients.discard(client)

    def close(self) -> None:
        """End all streams: the poller stops, browsers come back by themselves."""
        for client in self._clients:
            client.end()

    def _newest(self):
        with self._reader.begin() as connection:
            return connection.scalar(select(func.max(standing.c.seq))) or 0

    def _since(self, seq, most):
        c = standing.c
        query = (
            select(
                c.seq, c.check_id, checks.c.name, c.status, c.code, c.reason, c.since,
                c.provisional,
            )
            .select_from(standing.join(checks, checks.c.id == c.check_id))
            .where(c.seq > seq)
            .order_by(c.seq)
            .limit(most)
        )  # fmt: skip
        with self._reader.begin() as connection:
            rows = connection.execute(query).all()
            # Never cut through the changes of one transaction.
            if len(rows) == most and rows[0].seq != rows[-1].seq:
                rows = [row for row in rows if row.seq != rows[-1].seq]
        return [event_of(row) for row in rows]

    async def _groups(self) -> dict:
        """{check number: frozenset of its groups}, read when the list changes."""
        generation = self._generation()
        if self._members[0] != generation:
            self._members = (generation, await asyncio.to_thread(self._read_groups))
        return self._members[1]

    def _read_groups(self):
        query = select(group_member.c.check_id, group.c.name).join(
            group, group.c.id == group_member.c.group_id
        )
        found = {}
        with self._reader.begin() as connection:
            for check_id, name in connection.execute(query):
                found.setdefault(check_id, set()).add(name)
        return {key: frozenset(names) for key, names in found.items()}


class Client:
    """One open stream; `next()` is its next message, None is the end."""

    def __init__(self, groups):
        self.groups = groups
        self._queue = asyncio.Queue(BEHIND)
        self.ended = False

    def offer(self, text: bytes) -> bool:
        """Whether it is taken; one that is not is never offered anything again."""
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self.ended = True
            return False
        return True

    def end(self) -> None:
        """Whoever waits in `next` is told at once."""
        self.ended = True
        if self._queue.empty():
            self._queue.put_nowait(None)

    async def next(self) -> bytes | None:
        if self.ended:
            return None
        try:
            async with asyncio.timeout(ALIVE):
                return await self._queue.get()
        except TimeoutError:
            return b": alive\n\n"


def event_of(row) -> Event:
    return Event(
        row.seq,
        row.check_id,
        {
            "check": row.name,
            "status": STATUSES[row.status],
            "code": row.code,
            "reason": row.reason or "",
            "since": row.since,
            "provisional": bool(row.provisional),
        },
    )


def message(events, groups, members) -> bytes:
    """One message with those of *events* that *groups* may see; empty if none."""
    seen = [
        event.data
        for event in events
        if groups is None or groups & members.get(event.check_id, frozenset())
    ]
    if not seen:
        return b""
    # JSON has no line ends of its own: the data is one line, as it must be.
    data = json.dumps(seen, separators=(",", ":"))
    return f"event: changes\nid: {events[-1].seq}\ndata: {data}\n\n".encode()
