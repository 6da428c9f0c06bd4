"""The seam to judging and telling people."""

from ..interfaces import MonitoringError
from datetime import datetime
from datetime import UTC
from importlib import import_module
from importlib.util import find_spec
import logging


logger = logging.getLogger(__name__)


class Silence:
    """See `interfaces.Aftermath`; says it in the log and nowhere else."""

    def use(self, store):
        return

    def on_samples(self, samples, now):
        return

    def wait(self):
        return

    def on_changes(self, changes, now):
        for change in changes:
            if not change.provisional:
                logger.debug("Check %s is %s", change.check_id, change.status)

    def tick(self, now):
        return

    def away(self, name, since, until):
        logger.warning("%s", away_words(name, since, until))


def away_words(name, since, until) -> str:
    """One sentence for people and the log."""
    first, last = (datetime.fromtimestamp(t, UTC) for t in (since, until))
    return (
        f"The poller {name} did not run from {first:%Y-%m-%d %H:%M} to"
        f" {last:%Y-%m-%d %H:%M} UTC; nothing is known of that time."
    )


def aftermath_for(engine, configuration):
    """Judging and telling where they are installed, else `Silence`.

    ``telling.aftermath.make(engine, configuration)`` returns an `Aftermath`.
    """
    name = f"{__package__.rpartition('.')[0]}.telling"
    if not find_spec(name) or not find_spec(f"{name}.aftermath"):
        return Silence()
    return Guarded(import_module(f"{name}.aftermath").make(engine, configuration))


class Guarded:
    """An `Aftermath` whose errors are logged: history is kept in any case."""

    def __init__(self, inner):
        self._inner = inner

    def use(self, store):
        self._call("use", store)

    def on_samples(self, samples, now):
        self._call("on_samples", samples, now)

    def wait(self):
        self._call("wait")

    def on_changes(self, changes, now):
        self._call("on_changes", changes, now)

    def tick(self, now):
        self._call("tick", now)

    def away(self, name, since, until):
        self._call("away", name, since, until)

    def _call(self, method, *arguments):
        try:
            getattr(self._inner, method)(*arguments)
        except MonitoringError as error:
            logger.error("Judging: %s", error)
        except Exception:
            # Rules are people's; a mistake in one must not stop the poller.
            logger.exception("Judging failed")
