"""What this process has open, as plain data without secrets."""

from ._holder import holders
from ._kept import Kept
from .breaker import breakers
from .connectors.sql import engines
from .pools import pools
from .redact import without_secrets
from datetime import datetime
from datetime import UTC
from time import monotonic
from time import time
import os
import socket


def health(below=None):
    """The state of this process: a dict that JSON can hold.

    Other processes of the same site have clients of their own.

    :param below: path of a site; what belongs to others is counted, not shown.
    """
    mine, others = _split(_clients(), below)
    return {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "connections": sorted(mine, key=lambda one: (one["path"], one["name"])),
        "elsewhere": len(others),
        "pools": _pools(),
        "services": [_breaker(one) for one in breakers()],
    }


def only(found, urls):
    """*found* by `health`, without the pools and services of other *urls*."""
    shown = {without_secrets(url).rstrip("/") for url in urls}
    shown |= {one["url"].rstrip("/") for one in found["connections"]}
    return found | {
        part: [one for one in found[part] if one["url"].rstrip("/") in shown]
        for part in ("pools", "services")
    }


def _clients():
    for holder in holders():
        for kept in list(holder.values()):
            if isinstance(kept, Kept) and kept.client is not None:
                yield _client(kept, holder.connection)


def _client(kept, connection):
    return {
        "path": kept.path,
        "name": kept.name,
        "kind": kept.kind,
        "url": kept.url,
        "age": round(time() - kept.opened),
        "idle": round(monotonic() - kept.used),
        "uses": kept.uses,
        "in_use": connection is not None and connection.opened is not None,
        "last_error": kept.last_error,
    }


def _split(clients, below):
    mine, others = [], []
    for one in clients:
        inside = below is None or f"{one['path']}/".startswith(f"{below}/")
        (mine if inside else others).append(one)
    return mine, others


def _pools():
    found = [
        {"kind": str(key[0]), "url": one.url, "in_use": one.lent, "free": one.free}
        for key, one in pools().items()
    ]
    return found + list(_engines())


def _engines():
    for url, engine in engines():
        pool = engine.pool
        in_use = getattr(pool, "checkedout", lambda: 0)()
        free = getattr(pool, "checkedin", lambda: 0)()
        yield {"kind": "sql", "url": url, "in_use": in_use, "free": free}


def _breaker(one):
    return {
        "url": one.url,
        "state": one.state,
        "until": _moment(one.until),
        "last_error": one.last_error,
        "last_failure": _moment(one.last_failure),
        "last_success": _moment(one.last_success),
    }


def _moment(seconds):
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
