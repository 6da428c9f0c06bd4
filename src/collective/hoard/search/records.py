"""Records of `storage` as documents: of the form keys that were opted in.

An integrator registers a `ISearchableRecords` utility named as the form key.
"""

from .analysis import sortable
from .analysis import tokens
from .catalogued import Catalogued
from .catalogued import content_key
from .catalogued import digest
from .catalogued import readers_of
from .fields import BOOLEAN
from .fields import CHOICE
from .fields import DAY
from .fields import MOMENT
from .fields import NUMBER
from .fields import SearchField
from .fields import WORDS
from .interfaces import Document
from .interfaces import ICollection
from .interfaces import ISearchableRecords
from .interfaces import RECORD
from .values import exact
from hashlib import blake2b
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from zope import schema as zs
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtilitiesFor
from zope.component import queryUtility
from zope.interface import implementer
from zope.schema import getFieldsInOrder
import re


#: Where `storage` keeps records; see storage/interfaces.py.
RECORDS = "collective.hoard"
TYPES = (
    (zs.interfaces.IBool, BOOLEAN),
    (zs.interfaces.IChoice, CHOICE),
    (zs.interfaces.ICollection, CHOICE),
    (zs.interfaces.IDatetime, MOMENT),
    (zs.interfaces.IDate, DAY),
    (zs.interfaces.IInt, NUMBER),
    (zs.interfaces.IFloat, NUMBER),
    (zs.interfaces.IDecimal, NUMBER),
)
TAG = re.compile(r"<[^>]{0,500}>")


def record_collections(site):
    """A collection for each form key that was opted in."""
    return [Records(site, key, one) for key, one in getUtilitiesFor(ISearchableRecords)]


def record_collection(site, uid):
    """See `collections.collection`; *uid* may also be that of a mark."""
    key = uid[len(RECORD) :].partition("/")[0]
    found = queryUtility(ISearchableRecords, key)
    return None if found is None else Records(site, key, found)


def records_of(content):
    """The stored records of *content*, ``{form key: mapping}``; never writes."""
    annotations = IAnnotations(content, None)
    return {} if annotations is None else annotations.get(RECORDS) or {}


@implementer(ICollection)
class Records(Catalogued):
    """See `ICollection`: the records of one form key, each found by the UID of
    its content."""

    kind = "record"

    def __init__(self, site, key, opted):
        super().__init__(site, opted.portal_types or ())
        self.record_key = key
        self.uid = f"{RECORD}{key}"
        self.title = opted.title
        self.fields = {
            name: SearchField(name, field.title or name, _type(field))
            for name, field in getFieldsInOrder(opted.schema)
            if re.match(r"[a-z][a-z0-9_]{0,63}\Z", name)
        }
        shape = repr([(f.id, f.type) for f in self.fields.values()])
        self.fingerprint = f"1.{blake2b(shape.encode(), digest_size=4).hexdigest()}"

    def from_content(self, content):
        stored = records_of(content).get(self.record_key)
        return None if stored is None else self.from_record(content, stored)

    def from_record(self, content, stored):
        """The `Document` of one record, *stored* on *content*."""
        words, exact_texts, order = {}, {}, {}
        for name, field in self.fields.items():
            value = _plain(stored.get(name))
            if value in (None, "", ()):
                continue
            if found := tokens(_text(value)):
                words[name] = tuple(found)
            if field.type != WORDS and (found := exact(value)):
                exact_texts[name] = found
                order[name] = found[0]
            elif isinstance(value, str):
                order[name] = f"s{sortable(value)}"
        key = content_key(content.created(), content.UID())
        readers = readers_of(content)
        token = digest(self.fingerprint, words, exact_texts, readers)
        return Document(
            self.uid, key, token, words, exact_texts, order, content.UID(), readers
        )


def _type(field):
    return next((t for provided, t in TYPES if provided.providedBy(field)), WORDS)


def _plain(value):
    """A stored value as `values.exact` knows it; of rich text, the text."""
    if isinstance(value, (list, tuple, set, frozenset, PersistentList)):
        return tuple(map(_plain, value))
    if isinstance(value, PersistentMapping):
        raw = value.get("raw")
        return raw if isinstance(raw, str) else None
    return value


def _text(value):
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return TAG.sub(" ", text)
