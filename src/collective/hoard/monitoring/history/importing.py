"""History from a file: one sample a line, as JSON, in any order."""

from ..database.bulk import execute_many
from ..database.tables import dirty
from ..foreign import document_of
from ..foreign import storable
from ..interfaces import Sample
from ..interfaces import SampleRefused
from ..interfaces import WrongUse
from . import samples as sample_rows
from . import states
from .registry import check_name
from .registry import check_rules
from .registry import SLOT
from .times import seconds
from .values import read_values
from dataclasses import dataclass
from dataclasses import field
from sqlalchemy import delete
from sqlalchemy import select


#: Lines a transaction.
BATCH = 20_000
#: Checks whose log is written in one transaction.
CHECKS = 50
#: A line longer than that is no sample.
LONGEST_LINE = 1_000_000
SOURCE = "import"
DIRTY = """
INSERT INTO dirty (check_id, since, until) VALUES (?, ?, ?)
ON CONFLICT (check_id) DO UPDATE SET
since = CASE WHEN excluded.since < dirty.since
    THEN excluded.since ELSE dirty.since END,
until = CASE WHEN excluded.until > dirty.until
    THEN excluded.until ELSE dirty.until END
"""


@dataclass(slots=True)
class Imported:
    stored: int = 0
    duplicates: int = 0
    #: ``[(number of the line, why)]``
    refused: list = field(default_factory=list)
    created: list = field(default_factory=list)


def import_lines(store, lines, create=False, slot=SLOT, fresh=None):
    """Store the samples of *lines*, bytes; an `Imported`.

    All slots of what is imported are closed, but for those that are not over yet:
    it is history.  A bad line is reported and left out.  Lines are stored batch by batch; if the import is
    interrupted it can simply be run again.

    :raises WrongUse: The rules for checks to be made are none.
    """
    check_rules(slot, slot if fresh is None else fresh)
    rules = (slot, fresh) if create else None
    result = Imported()
    settle(store)
    batch = []
    for number, line in enumerate(lines, 1):
        sample = parsed(number, line, result)
        if sample is not None:
            batch.append((number, sample))
        if len(batch) >= BATCH:
            store_batch(store, batch, rules, result)
            batch = []
    store_batch(store, batch, rules, result)
    settle(store)
    result.refused.sort()
    return result


def parsed(number, line, result):
    """The `Sample` of a line, or None, with the reason in *result*."""
    if number == 1:
        line = line.removeprefix(b"\xef\xbb\xbf")
    if not line.strip():
        return None
    try:
        return sample_of(line)
    except (WrongUse, SampleRefused) as error:
        result.refused.append((number, str(error)))
    return None


def sample_of(line):
    if len(line) > LONGEST_LINE:
        raise SampleRefused(f"{len(line)} bytes are too long for a sample")
    try:
        data = document_of(line)
    except ValueError as error:
        raise SampleRefused(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise SampleRefused("not a JSON object")
    for key in ("check", "time", "status"):
        if data.get(key) is None:
            raise SampleRefused(f"{key!r} is missing")
    source = data.get("source")
    source = SOURCE if source is None or source == "" else source
    check_name(data["check"], "'check'")
    check_name(source, "'source'")
    return Sample(
        check=data["check"],
        source=source,
        time=time_of(data["time"]),
        status=data["status"],
        code=code_of(data.get("code")),
        ms=data.get("ms"),
        text=text_of(data, "text"),
        reason=text_of(data, "reason"),
        values=values_of(data.get("values")),
    )


def values_of(values):
    """:raises SampleRefused: As for results that are brought."""
    try:
        return read_values(values)
    except ValueError as error:
        raise SampleRefused(f"'values': {error}") from error


def time_of(value):
    """Numbers stay; a text is read as `times.seconds` does."""
    if isinstance(value, str):
        return seconds(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def code_of(value):
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_of(data, key):
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SampleRefused(f"{key!r} must be a text")
    return storable(value)


def store_batch(store, batch, rules, result):
    """Store samples in one transaction, with what they make dirty."""
    now = store.clock()
    with store.writing() as connection:
        latest = now + store.skew
        if rules:
            create_missing(store, connection, batch, latest, rules, result)
        rows = []
        for number, sample in batch:
            try:
                row = stored_row(store, connection, sample, latest)
            except SampleRefused as error:
                result.refused.append((number, str(error)))
                continue
            rows.append((row, sample))
        rows.sort(key=lambda pair: pair[0][:5])
        stored = store.insert_rows(connection, [row for row, _ in rows], now)
        result.stored += stored
        result.duplicates += len(rows) - stored
        kept, seen = zip(*rows, strict=True) if rows else ((), ())
        states.keep(connection, kept, seen, store.metrics)
        mark(store, connection, [row for row, _ in rows])


def stored_row(store, connection, sample, latest):
    """:raises SampleRefused: What is wrong with it, first of all in itself."""
    if sample.check not in store.names:
        kept_row(store, sample, latest)
    check = store.check(sample.check)
    source = store.ensure_source_in(connection, sample.source, "import")
    return kept_row(store, sample, latest, check.id, source)


def kept_row(store, sample, latest, check_id=None, source=None):
    """:raises SampleRefused: It is none, or of a time that is no longer kept."""
    row = sample_rows.row_of(sample, check_id, source, latest)
    if row[2] < store.forgotten:
        raise SampleRefused("time is before all that is kept")
    return row


def create_missing(store, connection, batch, latest, rules, result):
    """Make the unknown checks that have at least one sample worth storing."""
    known = set(store.names)
    missing = {
        sample.check
        for _, sample in batch
        if sample.check not in known and is_storable(store, sample, latest)
    }
    if missing:
        names = sorted(missing)
        slot, fresh = rules
        store.make_checks_in(connection, names, slot, fresh, "passive", grace=30)
        result.created += names


def is_storable(store, sample, latest):
    try:
        kept_row(store, sample, latest)
    except SampleRefused:
        return False
    return True


def mark(store, connection, rows):
    windows = {}
    for row in rows:
        check_id, time = row[1:3]
        low, high = windows.get(check_id, (time, time))
        windows[check_id] = min(low, time), max(high, time)
    execute_many(
        connection,
        DIRTY,
        [(key, low, high + 1) for key, (low, high) in windows.items()],
    )


def settle(store):
    """Write the log of all checks whose samples were stored without; `Change`s."""
    result = []
    while changes := settle_some(store):
        result += changes[0]
    return result


def settle_some(store):
    """The same for a few checks; ``[changes]``, or an empty list when done."""
    query = select(dirty).order_by(dirty.c.check_id).limit(CHECKS)
    with store.engine.connect() as connection:
        if connection.execute(query.limit(1)).first() is None:
            return []
    with store.writing() as connection:
        rows = connection.execute(query).all()
        changes = store.rewrite_closed(
            connection, {row.check_id: (row.since, row.until) for row in rows}
        )
        keys = [row.check_id for row in rows]
        connection.execute(delete(dirty).where(dirty.c.check_id.in_(keys)))
    return [changes]
