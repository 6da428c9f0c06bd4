"""``@@hoard-badge?check=NAME`` or ``?group=NAME``: an SVG for other pages."""

from ...monitoring.foreign import storable
from .. import rights
from .. import times
from .. import words
from ..drawing.badge import badge
from ..reading import one
from ..reading import standings
from ..settings import public_groups
from ..trouble import TROUBLES
from collective.hoard import _
from Products.Five import BrowserView
from zExceptions import NotFound
from zope.i18n import translate


#: Seconds for which others may keep a badge.
KEPT = 60


class Badge(BrowserView):
    """Of what is public for everybody, of all else for those who may see it."""

    def __call__(self):
        from ..engines import reading

        response = self.request.response
        try:
            with reading() as connection:
                label, status = self.found(connection, times.now())
        except TROUBLES:
            label, status = translate(_("Status"), context=self.request), "unknown"
            response.setStatus(503)
        response.setHeader("Content-Type", "image/svg+xml; charset=utf-8")
        response.setHeader("Cache-Control", f"max-age={KEPT}, private")
        # An image may be opened as a page of its own.
        response.setHeader("Content-Security-Policy", "default-src 'none'")
        response.setHeader("X-Content-Type-Options", "nosniff")
        said = translate(words.STATUS[status], context=self.request)
        return badge(label, said, status)

    def found(self, connection, now):
        """``(label, status)``.

        :raises NotFound: It is not there, or not for this visitor: which of
            both is not said.
        """
        name, group = (self.request.form.get(key) for key in ("check", "group"))
        public, may = public_groups(), rights.may(rights.VIEW)
        if isinstance(group, str) and (may or group in public):
            titles = dict(standings.groups(connection))
            if group in titles:
                asked = standings.Asked(group=group)
                counts = standings.counts(connection, now, asked)
                return titles[group], standings.worst(counts)
        if isinstance(name, str):
            return self.of_check(connection, now, storable(name), may, public)
        raise NotFound("badge")

    def of_check(self, connection, now, name, may, public):
        row = one.by_name(connection, name)
        if row is None or row.removed is not None:
            raise NotFound("badge")
        names, _tags = one.groups(connection, row.id)
        if not may and not public & set(names):
            raise NotFound("badge")
        line = standings.lines(connection, now, [row.id])[0]
        label = line.label if may else line.title
        return label or translate(_("Status"), context=self.request), line.status
