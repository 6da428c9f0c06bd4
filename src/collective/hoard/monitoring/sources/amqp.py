"""An AMQP queue as a source: each message is a result or a list of them."""

from ..poller.configuration import secret
from ..poller.incoming import ResultRefused
from .intake import Intake
from .intake import rows_of
from kombu import Connection
from kombu import Queue
from kombu.exceptions import OperationalError
import asyncio
import logging
import threading


logger = logging.getLogger(__name__)

#: Messages that may be on their way into the database.
PREFETCH = 100
#: Seconds between two looks at what has been stored meanwhile.
LOOK = 0.2
#: Seconds until a broker that went away is tried again.
AGAIN = 5.0


class AmqpSource:
    """``async with``: the queue is read; see `sections.AmqpQueue`.

    A message is acknowledged when it is stored; one that is no result is
    rejected, so that the queue's dead-letter exchange gets it.
    """

    def __init__(self, service, settings):
        self._settings = settings
        self._intake = Intake(service, settings.source)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="amqp", daemon=True)

    async def __aenter__(self):
        self._loop = asyncio.get_running_loop()
        await self._intake.open()
        self._thread.start()
        return self

    async def __aexit__(self, *_):
        self._stopping.set()
        await asyncio.to_thread(self._thread.join, 10)

    def _run(self):
        while not self._stopping.is_set():
            try:
                with Connection(secret(self._settings.url), heartbeat=30) as connection:
                    self._listen(connection)
            except (OSError, OperationalError) as error:
                logger.warning("The AMQP broker is away: %s", error)
            except Exception:
                # Whatever a broker does: the checks go on, and we come again.
                logger.exception("Reading the AMQP queue broke off")
            self._stopping.wait(AGAIN)

    def _listen(self, connection):
        queue = Queue(self._settings.queue, durable=True)
        pending = []

        def came(message):
            pending.append(self._begin(message))

        with connection.Consumer(
            queue,
            # The bytes as they are: what does not decode is rejected by us.
            on_message=came,
            prefetch_count=PREFETCH,
        ):
            logger.info("Reading the AMQP queue %s", self._settings.queue)
            while not self._stopping.is_set():
                try:
                    connection.drain_events(timeout=LOOK)
                except TimeoutError:
                    connection.heartbeat_check()
                pending[:] = settle(pending)

    def _begin(self, message):
        """(message, future); in the thread that may acknowledge it."""
        body = message.body
        try:
            data = body.encode() if isinstance(body, str) else bytes(body)
            rows = rows_of(data)
        except (ResultRefused, ValueError, TypeError) as error:
            logger.warning("AMQP queue %s: %s", self._settings.queue, error)
            return message, None
        work = self._intake.take(rows)
        return message, asyncio.run_coroutine_threadsafe(work, self._loop)


def settle(pending: list) -> list:
    """Acknowledge what is stored, reject what cannot be; the rest."""
    left = []
    for message, future in pending:
        if future is None:
            message.reject()
        elif not future.done():
            left.append((message, future))
        elif future.cancelled():
            message.requeue()
        elif error := future.exception():
            # Brought back it would fail again at once, and so on for ever; the
            # database being away is waited for and does not end here.
            logger.error("An AMQP message is rejected", exc_info=error)
            message.reject()
        else:
            message.ack()
    return left
