"""The pages where the extra ``monitoring`` is not installed."""

from .. import times
from ..interfaces import NotInstalled
from .page import Page
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
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


class MissingWall(Missing):
    """Without anything around it, as the wall is."""

    _trouble = ViewPageTemplateFile("templates/wall_trouble.pt")

    @property
    def time_now(self):
        return times.now()

    @property
    def clock(self):
        return times.moment(self.time_now).strftime("%H:%M")
