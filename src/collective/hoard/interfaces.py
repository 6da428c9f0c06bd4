"""Browser layer and markers that more than one package needs."""

from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class IHoardLayer(IDefaultBrowserLayer):
    """Requests to a site where the add-on is installed."""
