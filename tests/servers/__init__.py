"""Real servers for tests: each on a free port, gone when the test run is.

Needs nothing but the standard library. The fixtures are in
`service_fixtures`; `make services` runs them without tests.
"""

from .clamd import Clamd
from .mosquitto import Mosquitto
from .postgresql import PostgreSQL
from .rabbitmq import RabbitMQ
from .server import NotOurs
from .server import NotStarted
from .server import NotThere
from .server import Server
from .server import variable
from .solr import Solr
from pathlib import Path
import json
import os


__all__ = [
    "NotOurs",
    "NotStarted",
    "NotThere",
    "RUNNING",
    "SERVERS",
    "Server",
    "get_server",
    "read_running",
    "running",
    "variable",
]
#: Where `make services` says what it runs.
RUNNING = Path(__file__).parents[2] / "var" / "services.json"

#: Name of the fixture -> class.
SERVERS = {cls.name: cls for cls in (Clamd, Mosquitto, PostgreSQL, RabbitMQ, Solr)}


def get_server(name, required=False):
    """The server that a variable names, or `make services` runs, or a new one.

    :param required: Take no notice of what `make services` runs.
    :return: A `Server`; a new one is started already.
    :raises NotThere: It cannot be had here; the text says why.
    :raises NotStarted: The one that the variable names does not answer.
    """
    if url := os.environ.get(variable(name)):
        return SERVERS[name].adopt(url)
    # Where everything is required, tests may break what they use.
    if not required and (url := running().get(name)):
        try:
            return SERVERS[name].adopt(url)
        except NotStarted:
            pass  # The list is of yesterday.
    return SERVERS[name]().start()


def running():
    """``{name: URL}`` of what `make services` runs, or did."""
    return read_running().get("servers", {})


def read_running():
    """What `RUNNING` holds: ``{"pid": number, "servers": {name: URL}}``, or nothing."""
    try:
        return json.loads(RUNNING.read_text())
    except (OSError, ValueError):
        return {}
