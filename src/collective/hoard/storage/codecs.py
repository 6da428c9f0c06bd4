"""Values of fields between form and disk: the kinds that need nothing of Plone.

See `IValueCodec`.  Relations, files and rich text have modules of their own.
"""

from collective.hoard.storage.interfaces import IValueCodec
from collective.hoard.storage.values import freeze
from collective.hoard.storage.values import thaw
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from zope.component import adapter
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.schema import getFieldsInOrder
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDict
from zope.schema.interfaces import IField
from zope.schema.interfaces import IObject


@implementer(IValueCodec)
@adapter(IField)
class PlainCodec:
    """See `IValueCodec`: any value, copied both ways."""

    def __init__(self, field):
        self.field = field

    def encode(self, value):
        return freeze(value)

    def absent(self, default):
        return default

    def decode(self, stored):
        return thaw(stored)


@adapter(ICollection)
class CollectionCodec(PlainCodec):
    """Lists, tuples and sets; the items go through the codec of their field."""

    def encode(self, value):
        items = _codec_of(self.field.value_type)
        if isinstance(value, list | PersistentList):
            return PersistentList(items.encode(item) for item in value)
        if isinstance(value, tuple):
            return tuple(items.encode(item) for item in value)
        if isinstance(value, set | frozenset):
            return frozenset(items.encode(item) for item in value)
        return freeze(value)

    def decode(self, stored):
        if not isinstance(stored, PersistentList | tuple | frozenset):
            return thaw(stored)
        items = _codec_of(self.field.value_type)
        return self._kind(stored)(items.decode(item) for item in stored)

    def _kind(self, stored):
        """What the field wants, or else what was stored."""
        wanted = self.field._type
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        for kind in (list, tuple, set, frozenset):
            if kind in wanted:
                return kind
        return {PersistentList: list, frozenset: set}.get(type(stored), tuple)


@adapter(IDict)
class DictCodec(PlainCodec):
    """Dictionaries; keys and values go through the codecs of their fields."""

    def encode(self, value):
        if value is None:
            return None
        keys, values = _codec_of(self.field.key_type), _codec_of(self.field.value_type)
        return PersistentMapping(
            {keys.encode(key): values.encode(item) for key, item in value.items()}
        )

    def decode(self, stored):
        if not isinstance(stored, PersistentMapping):
            return thaw(stored)
        keys, values = _codec_of(self.field.key_type), _codec_of(self.field.value_type)
        return {keys.decode(key): values.decode(item) for key, item in stored.items()}


class ObjectValue:
    """What an object field hands out: attributes, providing the field's schema.

    Never stored, so that neither this class nor one of the integrator's is
    needed to load a record.
    """

    def __eq__(self, other):
        if not isinstance(other, ObjectValue):
            return NotImplemented
        return vars(self) == vars(other)

    __hash__ = None


@adapter(IObject)
class ObjectCodec(PlainCodec):
    """Objects that provide a schema: a mapping of the values of its fields."""

    def encode(self, value):
        if value is None:
            return None
        return PersistentMapping(
            {
                name: IValueCodec(field).encode(getattr(value, name, field.default))
                for name, field in getFieldsInOrder(self.field.schema)
            }
        )

    def decode(self, stored):
        if not isinstance(stored, PersistentMapping):
            return thaw(stored)
        value = ObjectValue()
        for name, field in getFieldsInOrder(self.field.schema):
            codec = IValueCodec(field)
            known = name in stored
            default = freeze(field.default)
            setattr(value, name, codec.decode(stored[name] if known else default))
        alsoProvides(value, self.field.schema)
        return value


def _codec_of(field):
    return PlainCodec(None) if field is None else IValueCodec(field)
