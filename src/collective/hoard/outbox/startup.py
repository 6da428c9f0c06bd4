"""Whether this process drains the outboxes of its database, and how it ends."""

from .worker import INTERVAL
from .worker import Worker
import atexit
import logging
import os
import signal
import sys
import threading


logger = logging.getLogger(__name__)

SWITCH = "HOARD_OUTBOX"
PAUSE = "HOARD_OUTBOX_INTERVAL"
#: ``<product-config collective.hoard>`` in zope.conf
SECTION = "collective.hoard"

#: The worker of this process, None if there is none.
running = None


def database_opened(event):
    """Start the worker where requests are served, see `is_wanted`."""
    if is_wanted():
        start(event.database)


def is_wanted() -> bool:
    """By HOARD_OUTBOX or ``outbox`` in zope.conf: on or off. If neither says, on
    in a process that serves a site; tests, scripts and consoles do not."""
    said = setting(SWITCH, "outbox").lower()
    if said in ("on", "true", "yes", "1"):
        return True
    if said in ("off", "false", "no", "0"):
        return False
    if said not in ("", "auto"):
        logger.error("outbox: %s is on, off or auto, not %r", SWITCH, said)
        return False
    return _is_server()


def setting(variable, key, default=""):
    """From the environment, else from zope.conf."""
    return os.environ.get(variable) or _product_config().get(key, default)


def _product_config():
    from App.config import getConfiguration

    products = getattr(getConfiguration(), "product_config", None) or {}
    return products.get(SECTION) or {}


def _is_server():
    """Every WSGI server makes its application by `make_wsgi_app`; of all else,
    only Zope's console does so, too."""
    names, frame = set(), sys._getframe()
    while frame is not None:
        names.add((frame.f_globals.get("__name__"), frame.f_code.co_name))
        frame = frame.f_back
    modules = {module for module, _ in names}
    console = "Zope2.utilities.zconsole" in modules or _main_is_console()
    return ("Zope2.Startup.run", "make_wsgi_app") in names and not console


def _main_is_console():
    path = getattr(sys.modules.get("__main__"), "__file__", None) or ""
    return os.path.basename(path) == "zconsole.py"


def interval() -> float:
    """Seconds between two looks."""
    said = setting(PAUSE, "outbox-interval", str(INTERVAL))
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0.0
    if not 0.05 <= seconds <= 3600:
        logger.error("outbox: %s is 0.05 to 3600 seconds, not %r", PAUSE, said)
        return INTERVAL
    return seconds


def start(db):
    """Start the worker of this process; the one that runs already is stopped."""
    global running
    stop()
    running = Worker(db, interval())
    running.start()
    logger.info("outbox: drained by %s", running.terms.owner)
    atexit.register(stop)
    _stop_on_sigterm()


def stop():
    """Stop the worker of this process, gracefully."""
    global running
    worker, running = running, None
    if worker is not None:
        worker.stop()


def _stop_on_sigterm():
    """Zope leaves SIGTERM to the system, which asks nobody."""
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number, frame):
    stop()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
