"""Versions and copies of records.

CMFEditions copies annotations into each version, but of a blob it copies the
handle without the file: after a revert the file would be empty.  So a version
refers to the blobs of a record instead, as Plone does with those of fields.
"""

from Acquisition import aq_base
from BTrees.OOBTree import OOBTree
from collective.hoard.storage.interfaces import ANNOTATION_KEY
from io import BytesIO
from persistent import Persistent
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from Products.CMFCore.utils import getToolByName
from Products.CMFEditions.interfaces.IModifier import IAttributeModifier
from Products.CMFEditions.interfaces.IModifier import ICloneModifier
from Products.CMFEditions.interfaces.IModifier import ISaveRetrieveModifier
from Products.CMFEditions.Modifiers import ConditionalTalesModifier
from ZODB.blob import Blob
from zope.interface import implementer
import pickle


MODIFIER_ID = "HoardRecordBlobs"


@implementer(IAttributeModifier, ICloneModifier, ISaveRetrieveModifier)
class RecordBlobs:
    """See CMFEditions' `IAttributeModifier` and its neighbours.

    Kept in portal_modifier, which skips it if the package is gone.
    """

    def getReferencedAttributes(self, obj):
        return {path: _get_blob(holder) for path, holder in _holders(_container(obj))}

    def reattachReferencedAttributes(self, obj, attrs_dict):
        container = _container(obj)
        for path, blob in attrs_dict.items():
            _set_blob(_at(container, path), blob)

    def getOnCloneModifiers(self, obj):
        blobs = {id(blob): blob for blob in self.getReferencedAttributes(obj).values()}

        def persistent_id(candidate):
            return "blob" if id(candidate) in blobs else None

        return persistent_id, lambda pid: None, [], []

    def beforeSaveModifier(self, obj, clone):
        return {}, [], []

    def afterRetrieveModifier(self, obj, repo_clone, preserve=()):
        # A revert sets what the version has and leaves the rest: content that
        # had no annotation at all then would keep today's records.
        annotations = getattr(aq_base(obj), "__annotations__", None) or {}
        if ANNOTATION_KEY in annotations and "__annotations__" not in vars(repo_clone):
            records = annotations[ANNOTATION_KEY]
            repo_clone.__annotations__ = OOBTree(
                {
                    key: value
                    for key, value in annotations.items()
                    if key != ANNOTATION_KEY and records.get(key) is not value
                }
            )
        return [], [], {}


def install(setup_tool):
    """Make versions of this site keep the files in records."""
    modifiers = getToolByName(setup_tool, "portal_modifier")
    if MODIFIER_ID not in modifiers.objectIds():
        title = "Refer to the blobs of collective.hoard records"
        wrapper = ConditionalTalesModifier(MODIFIER_ID, RecordBlobs(), title)
        wrapper.edit(enabled=True, condition="python: True")
        modifiers.register(MODIFIER_ID, wrapper)


def uninstall(setup_tool):
    """Undo `install`; existing versions lose sight of the files in records."""
    modifiers = getToolByName(setup_tool, "portal_modifier")
    if MODIFIER_ID in modifiers.objectIds():
        modifiers.unregister(MODIFIER_ID)


class _Pickler(pickle.Pickler):
    """Everything by value, blobs by reference."""

    def __init__(self, stream):
        super().__init__(stream, protocol=3)
        self.blobs = []

    def persistent_id(self, candidate):
        if not isinstance(candidate, Blob):
            return None
        self.blobs.append(candidate)
        return len(self.blobs) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream, blobs):
        super().__init__(stream)
        self.persistent_load = blobs.__getitem__


def clone_container(container):
    """A copy of the records of one content object that shares only blobs.

    Sharing these is safe: a new file always gets a new blob.
    """
    stream = BytesIO()
    pickler = _Pickler(stream)
    pickler.dump(container)
    stream.seek(0)
    # Only what this process pickled a moment ago is loaded here.
    return _Unpickler(stream, pickler.blobs).load()  # noqa: S301


def _container(obj):
    annotations = getattr(aq_base(obj), "__annotations__", None) or {}
    return annotations.get(ANNOTATION_KEY)


def _holders(value, path=()):
    """What holds a blob inside *value*, each with its path.

    A path is the positions on the way, as text: keys need not be strings, and
    pickling keeps the order.
    """
    if isinstance(_get_blob(value), Blob):
        yield ".".join(map(str, path)), value
        return
    for position, item in enumerate(_items(value)):
        yield from _holders(item, (*path, position))


def _items(value):
    if isinstance(value, PersistentMapping):
        return list(value.values())
    return value if isinstance(value, PersistentList | tuple) else ()


def _at(value, path):
    for position in path.split("."):
        value = _items(value)[int(position)]
    return value


def _get_blob(holder):
    if isinstance(holder, PersistentMapping):
        return holder.get("blob")
    return getattr(holder, "_blob", None) if isinstance(holder, Persistent) else None


def _set_blob(holder, blob):
    if isinstance(holder, PersistentMapping):
        holder["blob"] = blob
    else:
        holder._blob = blob
