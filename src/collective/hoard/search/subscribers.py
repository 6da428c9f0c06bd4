"""What must be indexed again, noticed where it happens."""

from .collections import record_collections
from .content import content_types
from .content import RECORD_OF_TYPES
from .interfaces import CONTENT
from .interfaces import RECORD
from .marking import mark_ref
from .marking import mark_rows
from .marking import mark_whole
from .records import records_of
from .state import find_state
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IIndexQueueProcessor
from zope.component.hooks import getSite
from zope.interface import implementer


def submission_changed(event):
    """Rows were added, changed or removed."""
    site = getSite()
    if site is not None and find_state(site) is not None:
        mark_rows(site, event.form_uid, event.keys)


def definition_changed(event):
    """The fields of a form are others: perhaps all documents, too."""
    site, uid = getSite(), IUUID(event.object, None)
    if site is not None and uid and find_state(site) is not None:
        mark_whole(site, uid)


def settings_changed(event):
    """Other types of content are to be searched, perhaps none any more."""
    site = getSite()
    ours = event.record.__name__ == RECORD_OF_TYPES
    if ours and site is not None and find_state(site) is not None:
        mark_whole(site, CONTENT)


def record_changed(record, event):
    """A record was set, changed or removed."""
    site, ref = getSite(), IUUID(event.content, None)
    opted = site and {one.record_key for one in record_collections(site)}
    if ref and event.key in (opted or ()) and find_state(site) is not None:
        mark_ref(site, f"{RECORD}{event.key}", ref)


@implementer(IIndexQueueProcessor)
class ContentWatcher:
    """Told whatever the catalog is told, in the same transaction: content came,
    changed, went, or is for other people now, with all that is below it."""

    def index(self, obj, attributes=None):
        self._mark(obj)

    def reindex(self, obj, attributes=None, update_metadata=None):
        self._mark(obj)

    def unindex(self, obj):
        self._mark(obj)

    def begin(self):
        pass

    def commit(self):
        pass

    def abort(self):
        pass

    def _mark(self, obj):
        site = getSite()
        if site is None or find_state(site) is None:
            return
        ref = IUUID(obj, None)
        if not ref:
            return
        if getattr(obj, "portal_type", None) in content_types():
            mark_ref(site, CONTENT, ref)
        opted = {one.record_key for one in record_collections(site)}
        for key in opted & set(records_of(obj) if opted else ()):
            mark_ref(site, f"{RECORD}{key}", ref)
