"""Addresses below ``{form}/@submissions``."""

from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class BelowSubmissions:
    """Collects what follows ``@submissions`` in the address, in ``_path``."""

    def __init__(self, context, request):
        super().__init__(context, request)
        self._path = []

    def publishTraverse(self, request, name):
        self._path.append(name)
        return self
