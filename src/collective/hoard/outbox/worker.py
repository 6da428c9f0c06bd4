"""The drainer that keeps running: in the instance, or as a process of its own."""

from ._drain import Terms
from ._lease import LEASE_SECONDS
from ._lease import new_owner
from ._session import Session
from ._wake import wake
from .once import drain_alone
from .once import pending_targets
from .once import release_all
from .sites import finders
from threading import Event
from threading import Thread
from time import monotonic
import logging


logger = logging.getLogger(__name__)

#: Seconds between two looks, when nobody in this process says that there is
#: something to do.
INTERVAL = 0.5
#: Seconds to wait when even looking fails, as when a ZEO server is away.
TROUBLE = 5


class Worker:
    """Looks for what is pending, and drains each target in a thread of its own.

    Keeps its leases between two drains: of several workers on one database one
    delivers, until it ends or dies. Writes nothing while nothing is pending. What
    follows the first within *interval* waits for its end, so that a burst of
    submissions is drained in a few batches, and shares the database with few
    transactions of ours.

    :param sites: ``sites(connection) -> {name: find}``, see `Session`.
    """

    def __init__(
        self, db, interval=INTERVAL, sites=finders, lease_seconds=LEASE_SECONDS
    ):
        self._db = db
        self._interval = interval
        self._sites = sites
        self._stopping = Event()
        self._jobs = {}
        self._held = {}
        self._thread = None
        self._began = -interval
        self.terms = Terms(new_owner(), lease_seconds, stop=self._stopping.is_set)

    def start(self):
        """Run in a thread."""
        self._thread = Thread(target=self.run, name="hoard-outbox", daemon=True)
        self._thread.start()

    def run(self):
        """Until somebody calls `stop`."""
        while not self._stopping.is_set():
            wake.wait(self._interval)
            self._pause()
            wake.clear()
            try:
                self.look()
            except Exception:  # The database may be away for a while.
                logger.exception("outbox: looking for what is pending failed")
                self._stopping.wait(TROUBLE)

    def _pause(self):
        """Until *interval* has passed since the last drain began."""
        self._stopping.wait(max(self._began + self._interval - monotonic(), 0))

    def look(self):
        """Start a drain of every target that is not at one, and has something."""
        self._jobs = {place: job for place, job in self._jobs.items() if job.is_alive()}
        if self._stopping.is_set():
            return
        found = pending_targets(self._db, self._sites, owner=self.terms.owner)
        for site, find, name in found:
            if (site, name) not in self._jobs:
                self._start(site, find, name)

    def _start(self, site, find, name):
        job = Thread(
            target=drain_alone,
            args=(self._db, find, name, self.terms),
            name=f"hoard-outbox {site} {name}",
            daemon=True,
        )
        self._jobs[site, name] = job
        self._held[site] = find
        self._began = monotonic()
        job.start()

    def end(self):
        """Begin to stop; for signal handlers, which must not wait."""
        self._stopping.set()
        wake.set()

    def stop(self, seconds=10):
        """Let every target end what it is at, and give the leases back.

        A call that does not come back in time is left behind: what it delivers
        may be delivered again, with the same id.
        """
        self.end()
        ends = monotonic() + seconds
        for thread in (self._thread, *list(self._jobs.values())):
            if thread is not None:
                thread.join(max(ends - monotonic(), 0))
        for find in self._held.values():
            self._release(find)

    def _release(self, find):
        try:
            session = Session(self._db, find)
            try:
                session.write(lambda root: release_all(root, self.terms.owner))
            finally:
                session.close()
        except Exception as error:  # Others take over when the leases end.
            logger.warning("outbox: the leases could not be given back: %s", error)
