"""Files and images: stored as a ZODB blob with three strings beside it."""

from collective.hoard.storage.codecs import PlainCodec
from collective.hoard.storage.values import thaw
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.namedfile.interfaces import INamed
from plone.namedfile.interfaces import INamedField
from plone.namedfile.interfaces import INamedImage
from shutil import copyfileobj
from ZODB.blob import Blob
from zope.component import adapter


@adapter(INamedField)
class FileCodec(PlainCodec):
    """A named file or image of the class that the field wants.

    Stored: ``{filename, contentType, blob}`` and, for images, ``width`` and
    ``height``.
    """

    def encode(self, value):
        if not INamed.providedBy(value):
            return None
        stored = PersistentMapping(
            filename=value.filename, contentType=value.contentType, blob=_blob(value)
        )
        if INamedImage.providedBy(value):
            stored["width"], stored["height"] = value.getImageSize()
        return stored

    def absent(self, default):
        # The widget cannot cope with z3c.form's placeholder: told to keep a
        # file although there is none, it would answer with an HTTP 500.
        return self.field.missing_value

    def decode(self, stored):
        if not isinstance(stored, PersistentMapping) or "blob" not in stored:
            return thaw(stored)
        kind = self.field._type
        if not hasattr(kind, "openDetached"):  # a type that keeps its data itself
            return self._without_blob(kind, stored)
        value = kind.__new__(kind)  # __init__ would write an empty blob first
        value.__dict__.update(
            contentType=stored["contentType"], _blob=stored["blob"], _modified=None
        )
        value.filename = stored["filename"]
        if "width" in stored:
            value._width, value._height = stored["width"], stored["height"]
        return value

    def _without_blob(self, kind, stored):
        with stored["blob"].open("r") as source:
            data = source.read()
        return kind(
            data=data, contentType=stored["contentType"], filename=stored["filename"]
        )


def own_blobs(value, current):
    """Replace each blob in *value* that belongs to something else by a copy.

    A blob of *current*, the value stored so far, stays.  Two objects that
    share a blob would change together.
    """
    mine = set(map(id, _blobs(current)))
    for holder in _holders(value):
        blob = holder["blob"]
        if id(blob) not in mine and blob._p_oid is not None:
            holder["blob"] = _copy(blob)


def _blobs(value):
    return [holder["blob"] for holder in _holders(value)]


def _holders(value):
    """The stored files inside the stored *value*, however deep."""
    if isinstance(value, PersistentMapping):
        if isinstance(value.get("blob"), Blob):
            yield value
            return
        value = value.values()
    elif not isinstance(value, PersistentList | tuple):
        return
    for item in value:
        yield from _holders(item)


def _blob(value):
    blob = getattr(value, "_blob", None)
    if isinstance(blob, Blob):
        return blob
    blob = Blob()
    with blob.open("w") as target:
        target.write(value.data)
    return blob


def _copy(blob):
    fresh = Blob()
    with blob.open("r") as source, fresh.open("w") as target:
        copyfileobj(source, target)
    return fresh
