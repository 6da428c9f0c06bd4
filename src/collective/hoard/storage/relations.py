"""Relations: stored as UUIDs, handed out as content.

A UUID keeps nothing alive and survives moving and renaming.  If the target is
deleted the value reads as empty; if it comes back, for example by an undo, so
does the value.
"""

from collective.hoard.storage.codecs import PlainCodec
from collective.hoard.storage.interfaces import UnstorableValue
from persistent.list import PersistentList
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import ISiteRoot
from Products.CMFCore.utils import getToolByName
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationList
from zope.component import adapter
from zope.component.hooks import getSite


@adapter(IRelation)
class RelationCodec(PlainCodec):
    """One content object."""

    def encode(self, value):
        return None if value is None else _uuid(value)

    def decode(self, stored):
        return None if stored is None else _content(stored)


@adapter(IRelationList)
class RelationListCodec(PlainCodec):
    """Content objects in order; those that are gone are left out."""

    def encode(self, value):
        if value is None:
            return None
        return PersistentList(_uuid(item) for item in value)

    def decode(self, stored):
        if stored is None:
            return None
        found = (_content(item) for item in stored)
        return [content for content in found if content is not None]


def _uuid(value):
    uuid = IUUID(getattr(value, "to_object", value), None)
    if uuid is None:
        raise UnstorableValue(
            f"{value!r} has no UUID, so no relation to it can be stored. "
            "Only content that exists in the site can be related to."
        )
    return uuid


def _content(stored):
    """The content with the UUID *stored*, or None.

    Looked up without regard to the visitor's rights, as Plone's own relations
    are: otherwise saving a form would drop what its user may not see.
    """
    if not isinstance(stored, str):  # written by the article's recipe
        return getattr(stored, "to_object", None)
    site = getSite()
    if ISiteRoot.providedBy(site) and IUUID(site, None) == stored:
        return site
    catalog = getToolByName(site, "portal_catalog", None)
    brains = () if catalog is None else catalog.unrestrictedSearchResults(UID=stored)
    for brain in brains:
        try:
            return brain._unrestrictedGetObject()
        except (AttributeError, KeyError):
            # The catalog is behind: the content has just been deleted.
            continue
    return None
