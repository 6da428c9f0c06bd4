"""The search box above the list of submissions."""

from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class SearchBox(BrowserView):
    """See `ISubmissionsExtra`."""

    order = 10
    render = ViewPageTemplateFile("templates/box.pt")
