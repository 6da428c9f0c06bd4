"""Search over submissions and records: what callers and back ends may rely on.

A `Query` says what is looked for, a `Scope` where, an `IBackend` answers with a
`Found`. Three back ends answer alike: the embedded index, Solr, and a scan of
the ledgers. Words are compared after `analysis`, everything else as the
sortable text of `values`; none of them sees what a visitor typed.
"""

from ..exceptions import HoardError
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.interfaces import IObjectEvent


#: The name of our target in the outbox.
TARGET = "search"

#: The key of the mark that means "all of it": rows never have it.
WHOLE = 0

#: What a query can be sorted by beside fields: when it was submitted.
SUBMITTED = "submitted"

#: The facet of collections, and that of months.
COLLECTION = "_form"
MONTH = "_month"


class SearchError(HoardError):
    """Base class of what searching refuses."""


class IndexUnavailable(SearchError):
    """The index does not answer, or is not built; the text says which.

    Somebody may ask the scan of the store instead.
    """


class IndexUnbuilt(IndexUnavailable):
    """Not all that is to be searched is in the index yet; the text, a message, says
    how much is."""


class BadCursor(SearchError, ValueError):
    """A cursor that no page of this query has handed out."""


@dataclass(frozen=True, slots=True)
class Words:
    """``tokens`` side by side, in this order; in ``field``, or in any if None.

    With ``prefix`` there is one token, and it may go on. With ``negated`` they
    must not be there.
    """

    tokens: tuple
    prefix: bool = False
    field: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """``field`` has one of these ``values``, exact texts of `values.exact`."""

    field: str
    values: tuple


@dataclass(frozen=True, slots=True)
class Between:
    """``low <= field <= high``; both of `values.exact`, or None: no limit."""

    field: str
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions must hold.

    ``low <= key <= high`` for row keys, None for no limit. ``facets`` are ids
    of fields, `COLLECTION` or `MONTH`; a filter on a field does not narrow its
    own facet. ``sort`` is a field id or `SUBMITTED`; equal ones, and those
    without a value, which come last, are newest first.
    """

    words: tuple = ()
    filters: tuple = ()
    low: int | None = None
    high: int | None = None
    facets: tuple = ()
    sort: str = SUBMITTED
    descending: bool = True

    @property
    def is_empty(self):
        """Whether everything matches."""
        narrowed = self.low is not None or self.high is not None
        return not (self.words or self.filters or narrowed)


@dataclass(frozen=True, slots=True)
class Document:
    """What an index knows of one row or record.

    ``words`` maps field ids to tokens in order, ``exact`` to exact texts,
    ``order`` to the text that it is sorted by. ``token`` differs when the row
    or the way it is indexed does. ``ref`` is what a record is found by, None
    for rows of ledgers. ``readers`` are the roles and users who may see it, as
    the catalog names them; None where the form decides.
    """

    uid: str
    key: int
    token: str
    words: Mapping = field(default_factory=dict)
    exact: Mapping = field(default_factory=dict)
    order: Mapping = field(default_factory=dict)
    ref: str | None = None
    readers: tuple | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that matches. ``order`` is what it was sorted by, None if by
    time or without a value."""

    uid: str
    key: int
    ref: str | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: the server alone makes one, see `scope`.

    ``uids`` are those of collections that the user may read; ``readers`` the
    user's roles and groups as the catalog names them, or None: whoever may read
    the collection may read all of it.
    """

    uids: tuple
    readers: tuple | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page. ``cursor`` asks for the next one, None at the end.

    ``total`` counts all hits, None when that is not known (a scan that was
    stopped). ``facets`` maps field ids to ``((exact text, count), ...)``, most
    frequent first. ``reached`` is the key where a scan was stopped, else None.
    """

    hits: tuple
    total: int | None = 0
    cursor: str | None = None
    facets: Mapping = field(default_factory=dict)
    reached: int | None = None


class IBackend(Interface):
    """Something that finds documents. Searching never writes to the ZODB."""

    name = Attribute("A short text that stays: embedded, solr, scan.")

    def search(query, scope, size=20, cursor=None):
        """A `Found` with at most *size* hits after *cursor*.

        :raises IndexUnavailable: it does not answer.
        :raises BadCursor:
        """

    def stream(query, scope):
        """Yield all hits, in order, in constant memory.

        :raises IndexUnavailable: also in the middle.
        """


class IIndex(IBackend):
    """A back end that keeps documents: written by the drainer of the outbox."""

    step = Attribute("Documents that one step of a reindex makes at most.")

    def update(documents, gone=()):
        """Add or replace *documents*; remove *gone*, a sequence of
        ``(uid, key, ref)``. Unknown ones are ignored.

        :raises IndexUnavailable: nothing or a part was done; do it again.
        """

    def tokens(uid):
        """Yield ``(key, ref, token)`` of a collection, by key, in constant memory."""

    def begin(uid):
        """All documents of *uid* are about to be written anew."""

    def finish(uid):
        """They all have been, by `update`."""

    def drop(uid):
        """Forget a collection."""


class ICollection(Interface):
    """What can be searched as a whole: the rows of a form, the records of one
    form key, content of the site."""

    uid = Attribute("What marks and documents call it.")
    title = Attribute("What people call it.")
    fields = Attribute("dict {field id: `fields.SearchField`}.")
    fingerprint = Attribute("Differs when all documents must be made anew.")

    def document(key, ref=None):
        """The `Document` as it is now, or None if it is gone."""

    def documents(after=None):
        """Yield documents with keys above *after*, by key, in constant memory."""

    def newest(before=None):
        """Yield documents with keys up to *before*, newest first, in constant
        memory."""

    def tokens():
        """Yield ``(key, ref, token)`` by key, without making documents."""

    def __len__():
        """How many there are, roughly."""


#: Collections whose documents have readers of their own begin so.
RECORD = "record:"
CONTENT = "content:site"


def is_restricted(uid) -> bool:
    """Whether each document of that collection says who may see it."""
    return uid.startswith((RECORD, CONTENT))


class ISearchableRecords(Interface):
    """Opts the records of one form key in; a utility, its name is the form key.

    Records are indexed as a whole; each person finds those of content that he or
    she may view.
    """

    title = Attribute("What people call these records, a message id or text.")
    schema = Attribute("The interface whose fields are searched; others are not.")
    portal_types = Attribute("Tuple of types that have them; empty: look at all.")


class ISearched(IObjectEvent):
    """Somebody searched in the site ``object``.

    Fired once a search, before it is answered; subscribers must not write.
    """

    uids = Attribute("Tuple of the collections searched in, ordered; one or more.")
