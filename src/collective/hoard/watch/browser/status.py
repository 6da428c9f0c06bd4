"""``@@hoard-status``: what everybody may know, and the same as an Atom feed.

Of checks only titles that people gave them are shown: names, addresses and
texts of errors may tell what is behind a site.
"""

from .. import rights
from .. import times
from ..drawing.strip import strip
from ..drawing.svg import is_shown
from ..interfaces import NotConfigured
from ..reading import incidents
from ..reading import public
from ..reading import standings
from ..reading import windows
from ..settings import public_groups
from ..times import DAY
from .page import Page
from collective.hoard import _
from functools import cached_property
from html import escape
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from sqlalchemy import select
from zExceptions import NotFound


DAYS = 30
#: Checks that are drawn one by one, over all groups.
MOST = 60
ENTRIES = 50
NOT_NOW = _("The status is not available just now. Try again in a few minutes.")


class Status(Page):
    name = "hoard-status"
    index = ViewPageTemplateFile("templates/status.pt")
    unavailable = ViewPageTemplateFile("templates/status_unavailable.pt")

    page_title = _("Status")

    def __call__(self):
        if not public_groups():
            raise NotFound(self.name)
        return super().__call__()

    def trouble(self, error):
        """Not even what is wrong: that is for those who can mend it."""
        self.words = NOT_NOW
        self.request.response.setStatus(
            200 if isinstance(error, NotConfigured) else 503
        )
        return self.unavailable()

    def answer(self):
        # The same for everybody who is not signed in; in many languages.
        if rights.user_name() == "anonymous":
            self.request.response.setHeader("Cache-Control", "public, max-age=20")
            self.request.response.setHeader("Vary", "Accept-Language")
        return self.index()

    @property
    def since(self):
        return self.now - DAYS * DAY

    @cached_property
    def members(self):
        return public.members(self.db, public_groups())

    @cached_property
    def groups(self):
        return public.groups(self.db, self.members, self.since, self.now, MOST)

    @cached_property
    def histories(self):
        ids = [line.id for group in self.groups for line in group.lines]
        return public.histories(self.db, ids, self.since, self.now)

    @cached_property
    def check_ids(self):
        """Numbers of all checks that are public."""
        return set().union(*self.members.values())

    @property
    def overall(self):
        counts = dict.fromkeys(standings.ORDER, 0)
        for group in self.groups:
            counts[group.status] += 1
        return standings.worst(counts)

    def strip(self, line):
        title = self.translate(_("The last ${days} days", mapping={"days": DAYS}))
        described = f"{self.percent(line.share.of_known)}"
        rows = self.histories[line.id]
        return strip(rows, self.since, self.now, title, described, 600, 24)

    @cached_property
    def incidents(self):
        """Public ones of two weeks."""
        found = incidents.public(self.db, self.now - 14 * DAY, self.now)
        return [one_ for one_ in found if self.is_public(one_)]

    def title_of(self, incident):
        return incident.title or _("Incident")

    def is_public(self, incident):
        return incident.check_id is None or incident.check_id in self.check_ids

    @cached_property
    def windows(self):
        return windows.public(self.db, self.now, self.check_ids)

    days = DAYS


class Feed(Status):
    """The same as an Atom feed: incidents, maintenance, changes of titled checks."""

    name = "hoard-status-feed"

    def trouble(self, error):
        self.request.response.setStatus(503)
        self.request.response.setHeader("Content-Type", "text/plain; charset=utf-8")
        return self.translate(NOT_NOW)

    def answer(self):
        self.request.response.setHeader(
            "Content-Type", "application/atom+xml; charset=utf-8"
        )
        self.request.response.setHeader("Cache-Control", "public, max-age=60")
        self.request.response.setHeader("Vary", "Accept-Language")
        return render_feed(self)

    def entries(self):
        """``(seconds, id, title, text)``, newest first."""
        found = [*self._incidents(), *self._windows(), *self._changes()]
        return sorted(found, reverse=True)[:ENTRIES]

    def _incidents(self):
        for one_ in self.incidents:
            notes = "\n\n".join(note.text for note in one_.notes)
            newest = max([one_.since, *(note.time for note in one_.notes)])
            title = self.translate(self.title_of(one_))
            yield max(newest, one_.until or 0), f"incident-{one_.id}", title, notes

    def _windows(self):
        for title, since, until, number, created in self.windows:
            text = f"{self.time(since)} – {self.time(until)}"
            words = self.translate(_("Maintenance: ${title}", mapping={"title": title}))
            # Never the present: it would be news at each look.
            yield created or since, f"maintenance-{number}-{since}", words, text

    def _changes(self):
        titles = {line.id: line.title for group in self.groups for line in group.lines}
        for key, since, status in recent(self.db, list(titles), self.now - 14 * DAY):
            words = f"{titles[key]}: {self.translate(self.word(status))}"
            yield since, f"check-{key}-{since}", words, ""


def recent(connection, ids, since):
    """``(check, since, status)`` of outages and what came after each."""
    from ...monitoring.database.tables import interval
    from ...monitoring.interfaces import STATUSES

    i = interval.c
    query = (
        select(i.check_id, i.since, i.status)
        .where(i.check_id.in_(ids), i.since >= since)
        .order_by(i.since.desc())
        .limit(4 * ENTRIES)
    )
    return [
        (key, at, STATUSES[status])
        for key, at, status in connection.execute(query)
        if STATUSES[status] in ("ok", "warn", "crit")
    ]


ENTRY = """<entry><id>{id}</id><title>{title}</title><updated>{updated}</updated>\
<link href="{link}"/><content type="text">{text}</content></entry>"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>{id}</id><title>{title}</title>\
<updated>{updated}</updated><link rel="self" href="{id}"/><link href="{link}"/>\
<author><name>{author}</name></author>
{entries}
</feed>
"""


def render_feed(view):
    link, entries = view.url("hoard-status"), view.entries()
    newest = entries[0][0] if entries else view.now
    author = view.context.Title() or "Plone"
    title = view.translate(_("Status of ${site}", mapping={"site": author}))
    shown = [
        ENTRY.format(
            id=clean(f"{view.url()}#{key}"),
            title=clean(words),
            updated=times.iso(seconds),
            link=clean(link),
            text=clean(text),
        )
        for seconds, key, words, text in entries
    ]
    return FEED.format(
        id=clean(view.url()),
        title=clean(title),
        updated=times.iso(newest),
        link=clean(link),
        author=clean(author),
        entries="\n".join(shown),
    ).encode()


def clean(text):
    """Escaped, without what XML does not allow."""
    return escape("".join(s for s in text if s in "\n\t" or is_shown(s)))
