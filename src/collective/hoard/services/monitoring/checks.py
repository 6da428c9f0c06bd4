"""``@hoard-checks``: the list of checks, read and kept by programs."""

from ...monitoring.foreign import flaw
from ...monitoring.poller.judging import RULES
from ...watch.reading import one
from ...watch.reading import standings
from ...watch.rights import MANAGE
from ...watch.rights import TRUSTED
from ...watch.writing import checks
from ..asked import Refused
from .base import GONE
from .base import iso
from .base import MonitoringService
from collective.hoard import _
from urllib.parse import urlencode


MOST_LIST_BYTES = 20_000_000
PUT_SHAPE = _(
    'The body must be an object with "source", a text, and "checks", the whole list.'
)
NO_FLAG = _("enabled must be true or false.")
COLUMNS = (
    "name",
    "title",
    "kind",
    "address",
    "host",
    "port",
    "interval",
    "timeout",
    "reference",
)


class Get(MonitoringService):
    """A page of the list by name, or one check with its settings."""

    takes_path = True

    def work(self):
        with self.reading() as self.db:
            if self._path:
                return self._one(self.number())
            return self._list()

    def _one(self, number):
        row = one.find(self.db, number)
        if row is None or row.removed is not None:
            raise Refused(404, "NotFound", GONE)
        return described(self, row)

    def _list(self):
        asked = standings.Asked(
            text=self.given("text")[:200],
            group=self.given("group")[:200],
            status=self.choice("status", standings.ORDER),
            page=self.whole("page", 1, 1_000_000),
            size=self.whole("size", 100, standings.LARGEST),
        )
        found = standings.page(self.db, self.now, asked)
        answer = {
            "@id": self.url("checks"),
            "items": [brief(self, line) for line in found.lines],
            "items_total": found.total,
            "page": found.page,
            "pages": found.pages,
            "links": {},
        }
        if found.page < found.pages:
            given = {
                key: self.given(key)
                for key in ("text", "group", "status", "size")
                if self.given(key)
            }
            query = urlencode({**given, "page": found.page + 1})
            answer["links"]["next"] = f"{self.url('checks')}?{query}"
        return answer


class Post(MonitoringService):
    """Add one check."""

    needs, writes = MANAGE, True

    def work(self):
        number = checks.add(self.body())
        self.request.response.setStatus(201)
        self.request.response.setHeader("Location", self.url("checks", number))
        with self.reading() as self.db:
            return described(self, one.find(self.db, number))


class Patch(MonitoringService):
    """Change one check; what the body does not have stays as it is."""

    needs, writes, takes_path = MANAGE, True, True

    def work(self):
        number, change = self.number(), self.body()
        enabled = read_enabled(change)
        with self.reading() as self.db:
            row = one.find(self.db, number)
            if row is None or row.removed is not None:
                raise Refused(404, "NotFound", GONE)
            before = settings(self.db, row)
        if change:
            checks.change(number, {**before, **change})
        if enabled is not None:
            (checks.resume if enabled else checks.pause)(number)
        with self.reading() as self.db:
            return described(self, one.find(self.db, number))


class Delete(MonitoringService):
    """Stop watching; the history is kept."""

    needs, writes, takes_path = MANAGE, True, True

    def work(self):
        number = self.number()
        with self.reading() as connection:
            row = one.find(connection, number)
        if row is None or row.removed is not None:
            raise Refused(404, "NotFound", GONE)
        checks.remove(number)
        return self.reply_no_content()


class Put(MonitoringService):
    """The whole list of one source: what is new, the same and gone is worked out."""

    needs, writes = MANAGE, True

    def work(self):
        data = self.body(MOST_LIST_BYTES)
        source, rows = data.get("source"), data.get("checks")
        good = isinstance(source, str) and source.strip() and not flaw(source, 200)
        if not good or not isinstance(rows, list) or set(data) - {"source", "checks"}:
            raise Refused(400, "BadRequest", PUT_SHAPE)
        force = self.flag("force")
        done = checks.put(source.strip(), rows, TRUSTED, force)
        return {
            "inserted": done.inserted,
            "kept": done.kept,
            "changed": done.changed,
            "removed": done.removed,
        }


def read_enabled(change):
    """Take ``enabled`` out of *change*; None where it is not there.

    :raises Refused: 400, it is neither true nor false.
    """
    if "enabled" not in change:
        return None
    enabled = change.pop("enabled")
    if not isinstance(enabled, bool):
        raise Refused(400, "BadRequest", NO_FLAG, [("enabled", NO_FLAG)])
    return enabled


def settings(connection, row):
    """A check as `Post` takes it."""
    found = {key: row._mapping[key] for key in COLUMNS}
    regime = one.regime(connection, row.id)
    if regime is not None:
        found |= {key: regime._mapping[key] for key in RULES}
    found["params"] = row.params or {}
    found["groups"], found["tags"] = one.groups(connection, row.id)
    return {key: value for key, value in found.items() if value is not None}


def described(service, row):
    """A check with its settings and how it is."""
    line = standings.lines(service.db, service.now, [row.id])[0]
    return {
        **brief(service, line),
        **settings(service.db, row),
        "enabled": bool(row.enabled),
        "list_source": row.list_source,
    }


def brief(service, line):
    return {
        "@id": service.url("checks", line.id),
        "id": line.id,
        "name": line.name,
        "title": line.title,
        "kind": line.kind,
        "state": state(line),
    }


def state(line):
    return {
        "status": line.status,
        "code": line.code,
        "reason": line.reason,
        "since": iso(line.since),
        "seen": iso(line.seen),
        "provisional": line.provisional,
        "maintenance": line.maintenance,
        "acknowledged": line.acknowledged,
        "ms": line.ms,
    }
