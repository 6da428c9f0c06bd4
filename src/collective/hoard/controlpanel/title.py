"""Titles of our pages on the site root, for the browser's tabs and its history.

Plone's own title there is that of the site, on every page the same.
"""

from collective.hoard import _
from html import escape
from plone.app.layout.viewlets.common import TitleViewlet
from zope.i18n import translate


#: For pages whose views do not say it themselves.
TITLES = {
    "hoard-connections": _("Connections"),
    "hoard-ledger-delete": _("Delete the submissions of a form that is gone"),
    "hoard-mail-limits": _("Limits of mails"),
    "hoard-metering": _("Metering"),
    "hoard-outbox": _("Outbox"),
    "hoard-search": _("Search"),
    "hoard-search-index": _("Search index"),
    "hoard-site-rule": _("Targets and rules"),
    "hoard-site-rule-remove": _("Targets and rules"),
    "hoard-target": _("Targets and rules"),
    "hoard-target-remove": _("Targets and rules"),
    "hoard-targets": _("Targets and rules"),
}
OURS = "hoard-"


class PageTitle(TitleViewlet):
    """*page_title* of the view, *label*, or what `TITLES` says; then the site's."""

    def update(self):
        super().update()
        title = self._own()
        if title:
            own = escape(translate(title, context=self.request), quote=False)
            self.site_title = f"{own}{self.sep}{self.site_title}"

    def _own(self):
        name = getattr(self.view, "__name__", None) or ""
        if not name.startswith(OURS):
            return None
        found = getattr(self.view, "page_title", None) or TITLES.get(name)
        found = found or getattr(self.view, "label", None)
        # Plone's wrapper of a form asks the form for it.
        return found() if callable(found) else found
