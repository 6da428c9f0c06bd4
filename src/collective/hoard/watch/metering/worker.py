"""The thread that writes metering down, in every process that serves the site."""

from ...outbox import startup
from ...outbox._session import Session
from ...outbox.sites import finders
from .measuring import flush
from threading import Event
from threading import Thread
import atexit
import logging


logger = logging.getLogger(__name__)

#: Seconds between two flushes: what a crash loses of searches, at most.
INTERVAL = 300
#: Seconds after which bytes are measured for the first time.
FIRST = 20
SWITCH = "HOARD_METERING"

#: The worker of this process, None if there is none.
running = None


class Worker:
    """``start()``, and ``stop()``, which flushes once more."""

    def __init__(self, db, interval=INTERVAL, sites=finders, first=FIRST):
        self._db, self._interval, self._sites = db, interval, sites
        self._first = first
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="hoard-metering", daemon=True)

    def start(self):
        self._thread.start()

    def stop(self, seconds=5):
        self._stopping.set()
        self._thread.join(seconds)

    def _run(self):
        pause = self._first
        while not self._stopping.wait(pause):
            self.flush_all()
            pause = self._interval
        self.flush_all()

    def flush_all(self):
        """Flush each site; one that fails does not keep the others from it."""
        try:
            connection = self._db.open()
            try:
                found = self._sites(connection)
            finally:
                connection.transaction_manager.abort()
                connection.close()
            for name, find in found.items():
                self._flush(name, find)
        except Exception:  # The database may be away; the next round comes.
            logger.exception("metering: nothing could be written down")

    def _flush(self, name, find):
        session = Session(self._db, find)
        try:
            flush(session)
        except Exception:  # What was counted stays in memory.
            logger.exception("metering of %s could not be written down", name)
        finally:
            session.close()


def database_opened(event):
    """Start the worker where requests are served."""
    global running
    said = startup.setting(SWITCH, "metering").lower()
    off = said in ("off", "false", "no", "0")
    if off or not startup._is_server():
        return
    if running is not None:
        running.stop()
    running = Worker(event.database)
    running.start()
    atexit.register(running.stop)
