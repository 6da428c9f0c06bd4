"""What ``hoard-outbox`` does with a database that it opens itself."""

from ._parked import discard
from ._parked import discard_pending
from ._parked import retry
from ._session import Session
from .command import Unreachable
from .once import drain_database
from .report import plain
from .report import report
from .sites import finders
from .worker import Worker
import signal


class Local:
    """The outboxes of the sites in the database of *config*, a zope.conf.

    :raises Unreachable:
    """

    def __init__(self, config, site=None):
        self.db = _open(config)
        self._site = site and f"/{site.strip('/')}"

    def sites(self, connection):
        """``{path: find}``
        :raises Unreachable: there is none.
        """
        found = finders(connection)
        if self._site:
            found = {path: one for path, one in found.items() if path == self._site}
        if not found:
            where = self._site or "the database"
            raise Unreachable(f"there is no site with an outbox at {where}")
        return found

    def run(self, interval, write):
        worker = Worker(self.db, interval, finders)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.end())
        write(f"{worker.terms.owner} delivers; SIGTERM or Ctrl-C ends it")
        worker.run()
        worker.stop()

    def drain(self):
        done = drain_database(self.db, self.sites)
        return {f"{site} {name}": plain(one) for (site, name), one in done.items()}

    def reports(self, thresholds):
        return self._read(lambda root: report(root, thresholds))

    def retry(self, target, id):
        return self._change(lambda root: retry(root, target, id))

    def discard(self, target, id):
        return self._change(lambda root: discard(root, target, id))

    def discard_pending(self, target):
        total = 0
        while count := self._change(lambda root: discard_pending(root, target)):
            total += count
        return total

    def _all(self):
        with self.db.transaction() as connection:
            found = self.sites(connection)
        return {path: Session(self.db, find) for path, find in found.items()}

    def _read(self, ask):
        answers = {}
        for path, session in self._all().items():
            with session.reading() as root:
                answers[path] = ask(root)
            session.close()
        return answers

    def _change(self, act):
        """What *act* counted in the only site there is.

        :raises Unreachable: there are several.
        """
        sessions = self._all()
        if len(sessions) > 1:
            raise Unreachable(f"say which --site: {', '.join(sorted(sessions))}")
        [session] = sessions.values()
        try:
            return session.write(act)
        finally:
            session.close()


def _open(config):
    """The database, with the components of the sites.

    :raises Unreachable:
    """
    from zc.lockfile import LockError

    try:
        from Zope2.Startup.run import configure_wsgi
        import Zope2

        configure_wsgi(config)
        Zope2.app()._p_jar.close()
        return Zope2.DB
    except LockError as error:
        raise Unreachable(
            "the database is in use by a running instance, and a FileStorage has "
            "room for one process. That instance delivers by itself; reach it with "
            "--url https://the.site and HOARD_OUTBOX_TOKEN"
        ) from error
    except FileNotFoundError as error:
        raise Unreachable(f"there is no file {error.filename}") from error
    except SystemExit as error:  # ZConfig prints what is wrong and wants to exit.
        raise Unreachable(f"{config} cannot be used: see above") from error
    except Exception as error:
        if type(error).__module__.startswith("ZConfig"):
            raise Unreachable(f"{config} cannot be used: {error}") from error
        raise
