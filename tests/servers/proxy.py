"""A TCP proxy that misbehaves as told, for any server."""

from .server import free_port
from .server import HOST
from urllib.parse import urlsplit
import asyncio
import contextlib
import re
import socket
import struct
import threading


SECURE = {"amqp": "amqps", "http": "https", "mqtt": "mqtts", "tcp": "tls"}
CHUNK = 65536
# SO_LINGER on, 0 s: closing sends a reset.
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Passes everything on to the server at *url*, until told otherwise.

    With *context*, an `ssl.SSLContext` of a server, clients speak TLS to it.
    `up` is what clients send, `down` what the server answers.
    """

    def __init__(self, url, context=None):
        parts = urlsplit(url)
        self._url, self._context = parts, context
        self._target = (parts.hostname, parts.port)
        self.port = free_port()
        #: Bytes that were passed on, and connections accepted, so far.
        self.passed = {"up": 0, "down": 0}
        self.accepted = 0
        self._listener = None
        self._pairs = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._restore())

    @property
    def url(self):
        """The server's URL, by way of this proxy."""
        who, at, _ = self._url.netloc.rpartition("@")
        scheme, plus, driver = self._url.scheme.partition("+")
        if self._context:
            scheme = SECURE.get(scheme, scheme)
        place = f"{who}{at}{HOST}:{self.port}"
        # _replace and geturl would make one slash of two at the path's start.
        return f"{scheme}{plus}{driver}://{place}{self._url.path}"

    def restore(self):
        """Pass everything on again; what hung goes on, what was cut stays so."""
        self._do(self._restore())

    def refuse(self):
        """Nobody listens any more; what is open is cut."""
        self._do(self._refuse())

    def hang(self):
        """Accept, and pass nothing on; open connections hang as well."""
        self._do(self._set(hanging=True))

    def answer(self, data):
        """HTTP: answer each request with *data*, the server is not asked."""
        self._do(self._set(answer=data))
        self.cut()

    def drip(self, size=1, pause=0.05):
        """Pass *size* bytes on every *pause* seconds."""
        self._do(self._set(drop=size, pause=pause))

    def cut(self):
        """Reset all connections that are open; new ones are welcome."""
        self._do(self._cut())

    def cut_after(self, size, direction="down"):
        """Reset each new connection after *size* bytes in *direction*."""
        self._do(self._set(limits={direction: size}))

    @property
    def open(self):
        """The number of open connections."""
        return len(self._pairs)

    def close(self):
        if not self._loop.is_closed():
            self._do(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    # In the thread of the loop

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _set(self, hanging=False, drop=CHUNK, pause=0, limits=None, answer=None):
        self._drop, self._pause, self._limits = drop, pause, limits or {}
        self._canned = answer
        if hanging:
            self._going = asyncio.Event()
        else:
            self._going.set()

    async def _restore(self):
        self._going = getattr(self, "_going", None) or asyncio.Event()
        await self._set()
        if self._listener is None:
            self._listener = await asyncio.start_server(
                self._accept, HOST, self.port, ssl=self._context
            )

    async def _refuse(self):
        if self._listener:
            self._listener.close()
            self._listener = None
        await self._cut()

    async def _cut(self):
        for pair in list(self._pairs):
            pair.reset()

    async def _close(self):
        await self._refuse()
        await self._set()
        current = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not current]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _accept(self, reader, writer):
        self.accepted += 1
        # Before the server is asked: a proxy that hangs does not even do that.
        pair = Pair(writer, dict(self._limits))
        self._pairs.add(pair)
        try:
            await self._going.wait()
            if self._canned is not None:
                return await self._answer_request(reader, writer)
            server_reader, pair.server = await asyncio.open_connection(*self._target)
            await asyncio.gather(
                self._pump(pair, "up", reader, pair.server),
                self._pump(pair, "down", server_reader, writer),
            )
        except (OSError, EOFError):
            pass  # Either side may end as it likes.
        finally:
            self._pairs.discard(pair)
            pair.reset() if pair.broken else await pair.finish()

    async def _answer_request(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *([0-9]+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(self._canned)
        await writer.drain()

    async def _pump(self, pair, direction, reader, writer):
        while data := await reader.read(CHUNK):
            while data:
                await self._going.wait()
                piece, data = data[: self._drop], data[self._drop :]
                await self._pass(pair, direction, piece, writer)
                if self._pause:
                    await asyncio.sleep(self._pause)
        if writer.can_write_eof():
            writer.write_eof()
        elif direction == "down":
            writer.close()  # TLS knows no half-closed connection.

    async def _pass(self, pair, direction, data, writer):
        room = pair.room(direction)
        data = data if room is None else data[:room]
        # Before who gets it can look.
        self.passed[direction] += len(data)
        writer.write(data)
        await writer.drain()
        if pair.spend(direction, len(data)):
            # What is on its way arrives before the reset.
            await asyncio.sleep(0.05)
            pair.reset()
            raise EOFError


class Pair:
    """A client and the server it is connected with."""

    def __init__(self, client, limits):
        self.client, self.server, self.broken = client, None, False
        self._limits = limits

    def room(self, direction):
        """How many bytes may still pass; None: any number."""
        return self._limits.get(direction)

    def spend(self, direction, size):
        """Count *size* bytes; whether none may follow."""
        if direction not in self._limits:
            return False
        self._limits[direction] -= size
        return self._limits[direction] <= 0

    def reset(self):
        self.broken = True
        for writer in self._writers():
            raw = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def finish(self):
        for writer in self._writers():
            writer.close()

    def _writers(self):
        return [writer for writer in (self.client, self.server) if writer]
