"""Pages and other content as documents, by the catalog's SearchableText.

Off until types are chosen. Then one search finds pages and submissions.
"""

from .analysis import sortable
from .analysis import tokens
from .fields import CHOICE
from .fields import SearchField
from .fields import WORDS
from .interfaces import CONTENT
from .interfaces import Document
from .interfaces import ICollection
from .records import by_key
from .records import content_key
from .records import digest
from .records import readers_of
from .values import text
from collective.hoard import _
from plone.indexer.interfaces import IIndexer
from plone.registry.interfaces import IRegistry
from Products.CMFCore.utils import getToolByName
from zope.component import queryMultiAdapter
from zope.component import queryUtility
from zope.interface import implementer


RECORD_OF_TYPES = "collective.hoard.search_types"


def content_types() -> tuple:
    """The types that were chosen; none as a rule."""
    registry = queryUtility(IRegistry)
    return tuple((registry and registry.get(RECORD_OF_TYPES)) or ())


def content_collection(site):
    """The content of *site*, None if no type was chosen."""
    types = content_types()
    return Content(site, types) if types else None


@implementer(ICollection)
class Content:
    """See `ICollection`: content of the chosen types, found by its UID."""

    kind = "content"
    form = None
    uid = CONTENT
    title = _("Pages and other content")
    fields = {
        "title": SearchField("title", _("Title"), WORDS),
        "fulltext": SearchField("fulltext", _("Text"), WORDS),
        "portal_type": SearchField("portal_type", _("Type"), CHOICE),
    }

    def __init__(self, site, types):
        self.site = site
        self._types = types
        self._catalog = getToolByName(site, "portal_catalog")
        self.fingerprint = f"1.{digest(sorted(types))}"

    def __len__(self):
        return len(self._brains())

    def __bool__(self):
        return True

    def _brains(self, **more):
        types = list(self._types)
        return self._catalog.unrestrictedSearchResults(portal_type=types, **more)

    def _places(self):
        return by_key(self._brains())

    def document(self, key, ref=None):
        for brain in self._brains(UID=ref) if ref else ():
            return self._from_brain(brain)
        return None

    def _from_brain(self, brain):
        try:
            content = brain._unrestrictedGetObject()
        except (AttributeError, KeyError):
            return None
        words = {
            "title": tuple(tokens(content.Title())),
            "fulltext": tuple(tokens(self._full_text(content))),
        }
        words = {name: found for name, found in words.items() if found}
        exact = {"portal_type": (text(content.portal_type),)}
        order = {"title": f"s{sortable(content.Title())}"}
        readers, uid = readers_of(content), content.UID()
        token = digest(self.fingerprint, words, exact, readers)
        key = content_key(content.created(), uid)
        return Document(self.uid, key, token, words, exact, order, uid, readers)

    def _full_text(self, content):
        found = queryMultiAdapter((content, self._catalog), IIndexer, "SearchableText")
        value = found() if found is not None else ""
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def documents(self, after=None):
        pairs = (pair for pair in self._places() if after is None or pair[0] > after)
        return filter(None, (self._from_brain(brain) for _key, brain in pairs))

    def newest(self, before=None):
        pairs = (
            pair
            for pair in reversed(self._places())
            if before is None or pair[0] <= before
        )
        return filter(None, (self._from_brain(brain) for _key, brain in pairs))

    def tokens(self):
        return ((d.key, d.ref, d.token) for d in self.documents())
