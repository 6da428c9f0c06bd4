"""Pages with a number below them: ``@@hoard-check/NUMBER``."""

from .page import Page
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class Below(Page):
    """``self._below`` are the names that follow the page's own in the address."""

    def __init__(self, context, request):
        super().__init__(context, request)
        self._below = []

    def publishTraverse(self, request, name):
        self._below.append(name)
        return self

    def __getitem__(self, name):
        # Plone goes where a visitor came from only if the path can be walked.
        return self.publishTraverse(self.request, name)

    @property
    def number_of(self):
        """The first of them, as a number.

        :raises NotFound: It is none.
        """
        first = self._below[0] if self._below else ""
        if not (first.isascii() and first.isdecimal() and len(first) < 10):
            raise NotFound(first)
        return int(first)
