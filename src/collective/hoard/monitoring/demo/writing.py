"""The files of the demo's poller: configuration, ports, tokens, certificate."""

from ..checks.site_numbers import vitals_params
from .checks import HERE
from .making import LIVE
from .making import Ports
from dataclasses import asdict
import json
import os
import random
import secrets
import socket


PORTS = "ports.json"
CONFIGURATION = "poller.toml"
CERTIFICATE = "expired.pem"
VITALS_TOKEN = "vitals-token"  # noqa: S105
EVENTS_SECRET = "events-secret"  # noqa: S105
PUSH_TOKEN = "push-token"  # noqa: S105
PUSHER = "house"
#: Below the ports that systems give to outgoing connections: none of these takes
#: one before the poller does.
UNUSED = range(20000, 32000)


def free_ports(folder, site) -> Ports:
    """Ports that nobody listens at: those of the last time where they are free."""
    path, known = folder / PORTS, {}
    if path.exists():
        known = json.loads(path.read_text())
    taken, found = [], {}
    for name in ("targets", "expired", "poller"):
        probe = (name in known and listening(known[name])) or listening_anywhere()
        taken.append(probe)
        found[name] = probe.getsockname()[1]
    for probe in taken:
        probe.close()
    return Ports(site=site, **found)


def listening_anywhere():
    """A socket at a port that was free; at any of the system's if all are taken."""
    ports = (*random.sample(UNUSED, 200), 0)
    return next(filter(None, map(listening, ports)))


def listening(port):
    """A socket at *port*, or at any for 0; None if it is taken."""
    probe = socket.socket()
    # Connections of a poller just stopped linger, and do not matter.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HERE, port))
    except OSError:
        probe.close()
        return None
    return probe


def prepare(folder, ports):
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / PORTS).write_text(json.dumps(asdict(ports)))
    for name in (VITALS_TOKEN, EVENTS_SECRET):
        if not (folder / name).exists():
            write_secret(folder / name, secrets.token_urlsafe(32))


def write_secret(path, text):
    """Write *text* so that nobody else may read it, not even for a moment."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as file:
        file.write(f"{text}\n")


def write_configuration(folder, ports, database):
    """The poller's TOML, and the token of the sensor."""
    from ..poller.tokens import make_source

    if not (folder / PUSH_TOKEN).exists():
        write_secret(folder / PUSH_TOKEN, make_source(str(database), PUSHER).token)
    # JSON texts are TOML texts.
    q = json.dumps
    text = f"""\
[database]
url = {q(str(database))}

[poller]
name = {q(LIVE)}
spool_file = {q(str(folder / "spool.jsonl"))}

[http]
listen = "{HERE}:{ports.poller}"
origins = ["http://{HERE}:{ports.site}", "http://localhost:{ports.site}"]
events_secret = {q(f"file:{folder / EVENTS_SECRET}")}

[checks]
secrets = [{q(f"file:{folder / VITALS_TOKEN}")}]
"""
    write_secret(folder / CONFIGURATION, text)


def vitals_of(folder):
    """Parameters of the check that reads the site's own numbers."""
    return vitals_params("/hoard", f"file:{folder / VITALS_TOKEN}")
