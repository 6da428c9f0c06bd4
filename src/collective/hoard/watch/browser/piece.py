"""Small pieces for other pages: a viewlet of watched content, a portlet.

Both are silent where there is nothing to say or no right to see it: they stand
on pages of others.
"""

from ...monitoring.foreign import storable
from .. import rights
from .. import times
from .. import words
from ..behavior import IWatched
from ..reading import standings
from ..settings import is_configured
from ..trouble import TROUBLES
from collective.hoard import _
from plone.app.layout.viewlets import ViewletBase
from plone.uuid.interfaces import IUUID
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from sqlalchemy import select
from zope.component.hooks import getSite
from zope.i18n import translate


NAMED = 5


class WatchedViewlet(ViewletBase):
    """Whether the site behind an item is up."""

    index = ViewPageTemplateFile("templates/watched.pt")
    line = None

    def update(self):
        super().update()
        watched = IWatched(self.context, None)
        if watched is None or not watched.hoard_watch:
            return
        if is_configured() and rights.may(rights.VIEW):
            self.line = line_of(IUUID(self.context, None))

    def render(self):
        return self.index() if self.line is not None else ""

    @property
    def url(self):
        return f"{getSite().absolute_url()}/@@hoard-check/{self.line.id}"

    @property
    def mark(self):
        return words.mark(self.line.status, self.request)

    @property
    def is_waiting(self):
        """Whether no result has ever come."""
        return not self.line.since and self.line.status == "unknown"

    @property
    def since(self):
        """How long it has been so; empty where that is not known, or nobody looks."""
        if not self.line.since or self.line.status == "unmonitored":
            return ""
        lasts = times.now() - self.line.since
        return " ".join(
            translate(m, context=self.request) for m in times.lasting(lasts)
        )


def line_of(uid):
    """The `Line` of the check of an item, or None."""
    from ...monitoring.database.tables import check
    from ..engines import reading

    try:
        with reading() as connection:
            number = connection.scalar(select(check.c.id).where(check.c.uid == uid))
            found = standings.lines(connection, times.now(), [number] if number else [])
            return found[0] if found else None
    except TROUBLES:
        return None


class Portlet(BrowserView):
    """``@@hoard-portlet``: counts and what is worst.

    Plone's own "Classic portlet" shows it with the template
    ``@@hoard-portlet``, so that nothing is stored that needs us.
    """

    index = ViewPageTemplateFile("templates/portlet.pt")

    def __call__(self):
        from ..engines import reading

        if not is_configured() or not rights.may(rights.VIEW):
            return ""
        asked = standings.Asked(group=self.group, size=NAMED)
        try:
            with reading() as connection:
                now = times.now()
                counts = standings.counts(connection, now, asked)
                found = standings.page(connection, now, asked)
        except TROUBLES:
            self.counts, self.lines = [], []
            return self.index()
        self.counts = [(s, counts[s]) for s in standings.ORDER if counts[s]]
        self.lines = [
            one for one in found.lines if one.status in ("crit", "unknown", "warn")
        ]
        return self.index()

    @property
    def group(self):
        value = self.request.form.get("group", "")
        return storable(value)[:200] if isinstance(value, str) else ""

    def url(self, name, below=""):
        tail = f"/{below}" if below else ""
        return f"{getSite().absolute_url()}/@@{name}{tail}"

    def mark(self, status):
        return words.mark(status, self.request, 16)

    title = _("Monitoring")
