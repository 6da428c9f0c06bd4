"""The pages where the extra ``monitoring`` is not installed."""

from ..interfaces import NotInstalled
from .page import Page
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class Missing(Page):
    def publishTraverse(self, request, name):
        return self

    def _posted(self):
        return None

    def _read(self):
        return self.trouble(NotInstalled("SQLAlchemy"))
