"""The ledger: every submission of one form, and what callers may rely on."""

from ..exceptions import HoardError
from dataclasses import dataclass
from zope.interface import Attribute
from zope.interface import Interface


class LedgerError(HoardError):
    """Base class of what a ledger refuses."""


class LedgerMissing(LedgerError, LookupError):
    """There is no ledger for that form UID."""


class NotPlain(LedgerError, TypeError):
    """A field id or value cannot be stored; the message says why.

    ``field_id`` names the field. Nothing was stored.
    """

    def __init__(self, field_id, message):
        super().__init__(message)
        self.field_id = field_id


class RowMissing(LedgerError, LookupError):
    """There is no row with that key (any more)."""


class StaleRevision(LedgerError):
    """Somebody changed the row meanwhile; nothing was stored.

    ``expected`` and ``actual`` are revisions, ``last`` the newest `Change`
    (None when the row was never changed).
    """

    def __init__(self, expected, actual, last=None):
        super().__init__(f"revision {expected} was given, the row is at {actual}")
        self.expected = expected
        self.actual = actual
        self.last = last


class TokenUsed(LedgerError):
    """That one-time token has already stored *other* values."""


class DuplicateToken(TokenUsed):
    """That one-time token has already stored the very same values."""


class NewerLayout(LedgerError):
    """A newer version of the add-on wrote this ledger; we must not touch it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row: who put which values in, and what was there.

    ``time`` is an aware datetime in UTC, ``user_id`` may be None,
    ``before`` and ``after`` hold only the values that differ.
    """

    time: object
    user_id: object
    revision: int
    before: dict
    after: dict


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, and where the neighbouring pages start.

    ``older`` is the key to give as *before* for the next page, ``newer`` the
    key to give as *after* for the previous one; None where there is none.
    """

    rows: tuple
    older: object
    newer: object


class IRow(Interface):
    """A snapshot of one submission. Changing it changes nothing stored."""

    key = Attribute("Integer, handed out once and never used again.")
    submitted = Attribute("Aware datetime in UTC, taken from the key.")
    values = Attribute(
        "dict {field id: plain value}; file values are the "
        "stored PersistentMapping (see `ledger.files`)."
    )
    schema = Attribute("Number of the schema version it was submitted with.")
    user_id = Attribute("Who submitted it; None for anonymous.")
    revision = Attribute("0 when submitted, one more with each change.")


class ILedger(Interface):
    """All rows of one form, ordered by time of submission.

    Reading never writes. Keys are integers
    ``milliseconds since 1970 << 20 | 20 bits``, of which 4 name the shard.
    """

    form_uid = Attribute("UUID of the form, as a string.")
    title = Attribute("Title of the form when it was last saved.")
    created = Attribute("Aware datetime in UTC.")
    schemas = Attribute("Mapping {number: definition}, oldest first.")
    schema_texts = Attribute(
        "The same with definitions as JSON: quick to get, and to compare with what "
        "it was."
    )

    def __len__():
        """Number of rows; costs one object, however many there are."""

    def __bool__():
        """True, also without rows: ``if ledger:`` does not count."""

    def add(values, *, schema, user_id=None, token=None):
        """Store *values*, a mapping of field id to plain value.

        *token* is an integer ``milliseconds << 20 | 20 or more random bits``
        (63 bits) that stores once: see `TokenUsed`.

        :return: the key of the new row.
        :raises TokenUsed, DuplicateToken: nothing is stored.
        :raises TypeError: a value is not plain, a field id is not a string
            or begins with an underscore.
        """

    def get(key):
        """The `IRow` with *key*.

        :raises RowMissing:
        """

    def change(key, values, *, revision, user_id=None):
        """Put *values* (only those that change) into a row.

        :return: the new revision; *revision* itself when nothing differs.
        :raises RowMissing, StaleRevision, TypeError: nothing is stored.
        """

    def history(key):
        """The `Change` tuples of a row, oldest first.

        :raises RowMissing:
        """

    def remove(*keys):
        """Remove rows, their files and their history; unknown keys are ignored.

        :return: how many were removed.
        """

    def iter_rows(since=None, until=None, newest_first=False):
        """Yield rows with ``since <= submitted < until`` (aware datetimes).

        Lazy, and its memory does not grow with the number of rows.
        """

    def __contains__(key):
        """Whether there is a row with *key*, any integer."""

    def iter_keys(since=None, until=None):
        """Yield the keys of `iter_rows`, oldest first, without loading rows."""

    def page(size=20, before=None, after=None):
        """A `Page` of at most *size* rows older than key *before*, or newer
        than key *after*; the newest when neither is given."""

    def bounds():
        """``(oldest, newest)`` row keys, or None when there are no rows."""

    def add_schema(definition):
        """Make *definition*, plain JSON-like data, the current schema version.

        :return: its number; no new one if it equals the current version, or if
            the current one has no rows: that is replaced then.
        """

    def current_schema():
        """The newest schema number, or 0 when there is none."""

    def purge(until, limit=500):
        """Remove at most *limit* of the oldest rows submitted before *until*.

        Callers commit between calls.

        :return: how many were removed; 0 when done.
        """

    def expire_tokens(until, limit=5000):
        """Forget at most *limit* one-time tokens issued before *until*
        (aware datetime). A forgotten token would store again: whoever hands
        out tokens must refuse those that are as old.

        Callers commit between calls.

        :return: how many were forgotten; 0 when done.
        """

    def size_estimate():
        """Bytes that rows and their files take in a packed database, roughly.

        Reads 20 rows spread evenly over time and multiplies; rows of very
        different sizes make it wrong, history and old object revisions are
        not counted. 0 for a ledger without rows.
        """
