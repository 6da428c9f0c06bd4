"""The ledger over its stored form; docs/explanation/data-layout.md shows that."""

from ._estimate import estimate
from ._pages import page_keys
from ._places import free_key
from ._places import own_place
from ._schemas import add_version
from ._schemas import all_texts
from ._schemas import all_versions
from ._schemas import newest_version
from ._shards import demand_current
from ._shards import discard
from ._shards import find
from ._shards import merged
from ._shards import new_shard
from ._shards import put
from .interfaces import Change
from .interfaces import DuplicateToken
from .interfaces import ILedger
from .interfaces import IRow
from .interfaces import NewerLayout
from .interfaces import Page
from .interfaces import RowMissing
from .interfaces import StaleRevision
from .interfaces import TokenUsed
from .keys import clamp
from .keys import EPOCH
from .keys import first_key
from .keys import key_time
from .keys import LARGEST
from .keys import MILLISECOND
from .keys import now_ms
from .keys import SMALLEST
from .values import digest
from .values import plain_values
from .values import same
from BTrees.IOBTree import IOBTree
from BTrees.Length import Length
from BTrees.LOBTree import LOBTree
from dataclasses import dataclass
from itertools import islice
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from zope.interface import implementer


VERSION = 1

#: Trees of rows: a writer keeps to one of them, a reader merges all.
SHARDS = 16

#: Trees of tokens: more, as the token and not the writer chooses, and as nobody
#: ever merges them to read.
TOKEN_SHARDS = 64

#: How many of the newest rows tell whether a schema version is in use: later ones
#: have later versions, but for clocks that differ.
LOOK_BACK = 50


def new_storage(title, created):
    """The stored form of an empty ledger; built-in classes only."""
    return PersistentMapping(
        version=VERSION,
        title=title,
        created=created,
        length=Length(),
        rows=tuple(new_shard() for _ in range(SHARDS)),
        tokens=tuple(LOBTree() for _ in range(TOKEN_SHARDS)),
        schemas=IOBTree(),
    )


@implementer(IRow)
@dataclass(frozen=True, slots=True)
class Row:
    """See `IRow`."""

    key: int
    values: dict
    schema: int
    user_id: object
    revision: int

    @property
    def submitted(self):
        return key_time(self.key)


@implementer(ILedger)
class Ledger:
    """See `ILedger`."""

    def __init__(self, form_uid, storage, clock=now_ms):
        """*clock* returns milliseconds since 1970."""
        if storage["version"] > VERSION:
            raise NewerLayout(
                f"the ledger of form {form_uid} has layout {storage['version']}, "
                f"this version knows {VERSION}; install the newer collective.hoard"
            )
        self.form_uid = form_uid
        self.clock = clock
        self._storage = storage
        self._rows = storage["rows"]

    @property
    def title(self):
        return self._storage["title"]

    @property
    def created(self):
        return self._storage["created"]

    @property
    def schemas(self):
        return all_versions(self._storage["schemas"])

    @property
    def schema_texts(self):
        return all_texts(self._storage["schemas"])

    def __len__(self):
        return self._storage["length"]()

    def __bool__(self):
        return True

    def add(self, values, *, schema, user_id=None, token=None):
        fields = plain_values(values)
        self._check_author(schema, user_id)
        if schema:
            # A version without rows may be replaced: not while we add the first.
            demand_current(self._storage["schemas"][schema])
        if token is not None:
            self._use_up(token, digest(fields))
        fields["_s"] = schema
        if user_id is not None:
            fields["_u"] = user_id
        key = free_key(self._storage, self._own_place(), self.clock())
        put(self._rows, key, PersistentMapping(fields))
        self._storage["length"].change(1)
        return key

    def _check_author(self, schema, user_id):
        if schema != 0 and schema not in self._storage["schemas"]:
            raise ValueError(f"form {self.form_uid} has no schema version {schema!r}")
        if user_id is not None and type(user_id) is not str:
            raise TypeError(f"a user id must be a string or None, not {user_id!r}")

    def _use_up(self, token, fingerprint):
        if type(token) is not int or clamp(token) != token:
            raise ValueError(f"a one-time token must be an integer of 63 bits: {token}")
        tokens = self._storage["tokens"][token % TOKEN_SHARDS]
        known = tokens.get(token)
        if known is None:
            tokens[token] = fingerprint
        elif known == fingerprint:
            raise DuplicateToken("these values are already stored; nothing to do")
        else:
            raise TokenUsed("this token has already stored other values; get a new one")

    def _own_place(self):
        return own_place(self._storage)

    def get(self, key):
        return _snapshot(key, self._stored(key))

    def _stored(self, key):
        stored = find(self._rows, key)
        if stored is None:
            raise RowMissing(f"form {self.form_uid} has no row {key}")
        return stored

    def change(self, key, values, *, revision, user_id=None):
        stored = self._stored(key)
        self._check_author(0, user_id)
        if revision != stored.get("_r", 0):
            last = self.history(key)[-1:]
            raise StaleRevision(revision, stored.get("_r", 0), *last)
        after = {
            field: value
            for field, value in plain_values(values).items()
            if field not in stored or not same(value, stored[field])
        }
        if not after:
            return revision
        before = {field: stored[field] for field in after if field in stored}
        self._log(stored, user_id, revision + 1, before, after)
        stored.update(after, _r=revision + 1)
        return revision + 1

    def _log(self, stored, user_id, revision, before, after):
        time = EPOCH + self.clock() * MILLISECOND
        change = (time, user_id, revision, (*before.items(),), (*after.items(),))
        # A list of its own: lists and exports of rows need not load it.
        stored.setdefault("_h", PersistentList()).append(change)

    def history(self, key):
        changes = self._stored(key).get("_h", ())
        return tuple(
            Change(time, user_id, revision, dict(before), dict(after))
            for time, user_id, revision, before, after in changes
        )

    def remove(self, *keys):
        removed = sum(discard(self._rows, key) for key in keys)
        if removed:
            self._storage["length"].change(-removed)
        return removed

    def __contains__(self, key):
        return find(self._rows, key) is not None

    def iter_keys(self, since=None, until=None):
        low = SMALLEST if since is None else first_key(since)
        high = LARGEST if until is None else first_key(until) - 1
        return merged(self._rows, clamp(low), clamp(high))

    def iter_rows(self, since=None, until=None, newest_first=False):
        low = SMALLEST if since is None else first_key(since)
        high = LARGEST if until is None else first_key(until) - 1
        announce = getattr(self._storage._p_jar, "prefetch", None)
        return self._read(merged(self._rows, low, high, newest_first, announce))

    def _read(self, keys):
        for key in keys:
            stored = find(self._rows, key)
            if stored is not None:  # Else removed since its leaf was read.
                was_ghost = stored._p_changed is None
                row = _snapshot(key, stored)
                if was_ghost:
                    stored._p_deactivate()  # Does nothing to a changed object.
                yield row

    def _prefetch(self, keys):
        if self._storage._p_jar is not None:
            self._storage._p_jar.prefetch([find(self._rows, key) for key in keys])

    def page(self, size=20, before=None, after=None):
        keys, older, newer = page_keys(self._rows, size, before, after)
        self._prefetch(keys)
        return Page(tuple(self.get(key) for key in keys), older, newer)

    def bounds(self):
        if not len(self):
            return None
        newest = next(merged(self._rows, newest_first=True))
        return next(merged(self._rows)), newest

    def add_schema(self, definition):
        return add_version(self._storage["schemas"], definition, self._has_rows_of)

    def _has_rows_of(self, number):
        """Whether there are rows of that version, or of a later one; if not, a
        row that somebody adds meanwhile is a conflict."""
        demand_current(self._storage["length"])
        newest = islice(merged(self._rows, newest_first=True), LOOK_BACK)
        return any(self.get(key).schema >= number for key in newest)

    def current_schema(self):
        return newest_version(self._storage["schemas"])

    def purge(self, until, limit=500):
        keys = merged(self._rows, high=first_key(until) - 1)
        return self.remove(*islice(keys, max(limit, 0)))

    def expire_tokens(self, until, limit=5000):
        until, removed = clamp(first_key(until)), 0
        for tokens in self._storage["tokens"]:
            old = tokens.keys(max=until, excludemax=True)
            for token in list(islice(old, max(limit - removed, 0))):
                del tokens[token]
                removed += 1
        return removed

    def size_estimate(self):
        return estimate(self._rows, self.bounds(), len(self))


def _snapshot(key, stored):
    # Not stored.items(): that one is written in Python, and an export shows it.
    data = stored.data
    return Row(
        key=key,
        values={name: value for name, value in data.items() if name[0] != "_"},
        schema=data["_s"],
        user_id=data.get("_u"),
        revision=data.get("_r", 0),
    )
