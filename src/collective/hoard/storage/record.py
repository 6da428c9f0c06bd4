"""The transient record, and reading one without any form."""

from collections.abc import Iterable
from collections.abc import MutableMapping
from collective.hoard.storage.events import RecordCreated
from collective.hoard.storage.events import RecordModified
from collective.hoard.storage.events import RecordRemoved
from collective.hoard.storage.interfaces import InvalidMarker
from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.interfaces import RecordKeyMissing
from collective.hoard.storage.places import HOARD
from collective.hoard.storage.values import freeze
from collective.hoard.storage.values import same
from collective.hoard.storage.values import thaw
from contextlib import contextmanager
from z3c.form.interfaces import NO_VALUE
from zope.event import notify
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.interface.interfaces import IInterface


@implementer(IRecord)
class Record(MutableMapping):
    """See `IRecord`."""

    def __init__(self, content, key, where=HOARD, markers=(), qualified=()):
        check_key(key)
        self.content = self.__parent__ = content
        self.key = key
        self._where = where
        self._qualified = frozenset(qualified)
        self._find_submitted = None
        self._depth = 0
        self._created = False
        self._old = {}
        check_markers(markers)
        if markers:
            alsoProvides(self, *markers)

    # Not the mapping's: two empty records are not the same one, and Zope code
    # asks "if context:" to find out whether there is a context at all.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __bool__(self):
        return True

    def __repr__(self):
        return f"<Record {self.key!r} of {self.content!r}>"

    def __reduce_ex__(self, protocol):
        raise TypeError("A record is transient; store its values instead.")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.content, name)

    @property
    def storage(self):
        return self._where.read(self.content, self.key)

    @property
    def exists(self):
        return self.storage is not None

    def absolute_url(self):
        return self.content.absolute_url()

    def name_of(self, field):
        schema = field.interface
        if schema is not None and schema in self._qualified:
            return f"{schema.__identifier__}.{field.__name__}"
        return field.__name__

    def stored(self, name, default=None):
        storage = self.storage
        return default if storage is None else storage.get(name, default)

    def __getitem__(self, name):
        value = self.stored(name, NO_VALUE)
        if value is NO_VALUE:
            raise KeyError(name)
        return thaw(value)

    def __iter__(self):
        return iter(list(self.storage or ()))

    def __len__(self):
        return len(self.storage or ())

    def __setitem__(self, name, value):
        self.store(name, freeze(value))

    def __delitem__(self, name):
        if self.stored(name, NO_VALUE) is NO_VALUE:
            raise KeyError(name)
        with self.batch():
            self._remember(name)
            del self.storage[name]

    def update(self, *args, **kwargs):
        """As `dict.update`, announced as one event."""
        with self.batch():
            super().update(*args, **kwargs)

    def clear(self):
        """As `dict.clear`, announced as one event."""
        with self.batch():
            super().clear()

    def store(self, name, value):
        if not isinstance(name, str):
            raise TypeError(f"A record's keys are field names, not {name!r}.")
        if same(self.stored(name, NO_VALUE), value):
            return False
        with self.batch():
            self._remember(name)
            self._created = self._created or not self.exists
            self._where.create(self.content, self.key)[name] = value
        return True

    @contextmanager
    def submitting(self, find):
        before, self._find_submitted = self._find_submitted, find
        try:
            yield
        finally:
            self._find_submitted = before

    def submitted(self, name):
        return NO_VALUE if self._find_submitted is None else self._find_submitted(name)

    def _remember(self, name):
        self._old.setdefault(name, self.stored(name, NO_VALUE))

    @contextmanager
    def batch(self):
        self._depth += 1
        try:
            yield self
        except BaseException:
            self._old, self._created = {}, False
            raise
        finally:
            self._depth -= 1
        if not self._depth:
            self._announce()

    def _announce(self):
        # Emptied first: a subscriber may well set another value.
        old, self._old = self._old, {}
        created, self._created = self._created, False
        changes = {}
        for name, before in old.items():
            now = self.stored(name, NO_VALUE)
            if not same(before, now):
                changes[name] = (thaw(before), thaw(now))
        if changes:
            notify((RecordCreated if created else RecordModified)(self, changes))


def check_key(key):
    """:raises RecordKeyMissing: *key* is not a usable record key."""
    if not isinstance(key, str) or not key:
        raise RecordKeyMissing(
            f"{key!r} is not a record key. Give a non-empty string that will "
            "never change, for example 'my.addon.feedback'."
        )


def check_markers(markers):
    """:raises InvalidMarker: one of *markers* is not an interface."""
    if not isinstance(markers, Iterable) or isinstance(markers, str):
        raise InvalidMarker(f"Give a tuple of interfaces, not {markers!r}.")
    for marker in markers:
        if not IInterface.providedBy(marker):
            raise InvalidMarker(
                f"{marker!r} is not an interface. Only interfaces can mark a record."
            )


def get_record(content, key, markers=(), where=HOARD):
    """The record of the form *key* on *content*.

    Always returns one; ``record.exists`` says whether anything is stored.
    Nothing is written before the first value is set.

    :raises RecordKeyMissing: *key* is not a non-empty string.
    """
    return Record(content, key, where=where, markers=markers)


def remove_record(content, key, where=HOARD):
    """Remove the record *key* of *content* and announce it.

    :return: Whether there was one.
    """
    record = Record(content, key, where=where)
    mapping = where.remove(content, key)
    if mapping is None:
        return False
    announce_removed(record, mapping)
    return True


def announce_removed(record, mapping):
    """Fire `IRecordRemoved` for *record*, whose values were *mapping*."""
    changes = {name: (thaw(value), NO_VALUE) for name, value in mapping.items()}
    notify(RecordRemoved(record, changes))
