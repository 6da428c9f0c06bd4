"""Listening as a Munin node."""

from ..database.engine import open_engine
from ..history.reading import reading
from ..interfaces import DatabaseUnusable
from .facts import read_facts
from .munin import Node
import asyncio
import ipaddress
import logging
import time


logger = logging.getLogger(__name__)

#: Seconds a client may be silent; Munin asks for one graph after the other.
PATIENCE = 60
LONGEST_LINE = 1024


class MuninServer:
    """``async with MuninServer(url, host, port, allowed):`` it answers."""

    def __init__(self, url, host, port, allowed=("127.0.0.0/8", "::1/128"), name=None):
        self._engine = open_engine(url, read_only=True)
        self._place = host, port
        self._allowed = [ipaddress.ip_network(one) for one in allowed]
        self._name = name
        self.port = None

    async def __aenter__(self):
        self._server = await asyncio.start_server(
            self._client, *self._place, limit=LONGEST_LINE
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self._engine.dispose()

    def _facts(self):
        with reading(self._engine) as connection:
            return read_facts(connection, time.time())

    async def _client(self, reader, writer):
        try:
            if self._is_allowed(writer.get_extra_info("peername")[0]):
                await self._talk(reader, writer)
        except (ConnectionError, TimeoutError, ValueError):
            pass  # It went away, fell silent, or sent no line.
        finally:
            writer.close()

    def _is_allowed(self, address):
        found = ipaddress.ip_address(address)
        return any(found in network for network in self._allowed)

    async def _talk(self, reader, writer):
        node = Node(self._facts, self._name)
        writer.write(node.greeting().encode())
        while True:
            async with asyncio.timeout(PATIENCE):
                line = await reader.readline()
            answer = await self._answer(node, line) if line else None
            if answer is None:
                return
            writer.write(answer.encode("utf-8", "replace"))
            await writer.drain()

    async def _answer(self, node, line):
        try:
            text = line.decode("utf-8", "replace")
            return await asyncio.to_thread(node.answer, text)
        except DatabaseUnusable as error:
            logger.error("Munin was told nothing: %s", error)
            return "# Timeout\n.\n"
