"""Pages and other content as documents, by the catalog's SearchableText.

Off until types are chosen. Then one search finds pages and submissions.
"""

from .analysis import sortable
from .analysis import tokens
from .catalogued import Catalogued
from .catalogued import content_key
from .catalogued import digest
from .catalogued import readers_of
from .fields import CHOICE
from .fields import SearchField
from .fields import WORDS
from .interfaces import CONTENT
from .interfaces import Document
from .interfaces import ICollection
from .values import text
from collective.hoard import _
from plone.indexer.interfaces import IIndexer
from plone.registry.interfaces import IRegistry
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
class Content(Catalogued):
    """See `ICollection`: content of the chosen types, found by its UID."""

    kind = "content"
    uid = CONTENT
    title = _("Pages and other content")
    fields = {
        "title": SearchField("title", _("Title"), WORDS),
        "fulltext": SearchField("fulltext", _("Text"), WORDS),
        "portal_type": SearchField("portal_type", _("Type"), CHOICE),
    }

    def __init__(self, site, types):
        super().__init__(site, types)
        self.fingerprint = f"1.{digest(sorted(types))}"

    def from_content(self, content):
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
        found = queryMultiAdapter((content, self.catalog), IIndexer, "SearchableText")
        value = found() if found is not None else ""
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
