"""Rich text: stored as a mapping of four strings."""

from collective.hoard.storage.codecs import PlainCodec
from collective.hoard.storage.values import thaw
from persistent.mapping import PersistentMapping
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.interfaces import IRichTextValue
from plone.app.textfield.value import RichTextValue
from zope.component import adapter


@adapter(IRichText)
class RichTextCodec(PlainCodec):
    """`RichTextValue` as ``{raw, mimeType, outputMimeType, encoding}``."""

    def encode(self, value):
        if not IRichTextValue.providedBy(value):
            return super().encode(value)
        return PersistentMapping(
            raw=value.raw,
            mimeType=value.mimeType,
            outputMimeType=value.outputMimeType,
            encoding=value.encoding,
        )

    def decode(self, stored):
        if isinstance(stored, PersistentMapping):
            return RichTextValue(**thaw(stored))
        return thaw(stored)
