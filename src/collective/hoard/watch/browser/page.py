"""What the pages of monitoring have in common."""

from ...forms.zone import site_zone
from ...monitoring.foreign import storable
from .. import rights
from .. import times
from .. import words
from ..interfaces import NotConfigured
from ..interfaces import Refused
from ..refusals import said
from ..settings import settings
from ..trouble import TROUBLES
from ..trouble import words as trouble_words
from collective.hoard import _
from plone.protect import CheckAuthenticator
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from urllib.parse import urlencode
from zExceptions import NotFound
from zope.i18n import translate


NAVIGATION = (
    ("hoard-monitoring", _("Overview"), rights.VIEW),
    ("hoard-incidents", _("Incidents"), rights.VIEW),
    ("hoard-availability", _("Availability"), rights.VIEW),
    ("hoard-rules", _("Rules"), rights.VIEW),
    ("hoard-maintenance", _("Maintenance"), rights.VIEW),
    ("hoard-wall", _("Wallboard"), rights.VIEW),
    ("hoard-check-edit", _("Add check"), rights.MANAGE),
    ("hoard-checks-import", _("Import"), rights.MANAGE),
)


class Page(BrowserView):
    """Reads the database while it is made. Subclasses write `answer`, and
    `change` where something can be posted.

    ``self.db`` is a connection, ``self.now`` the time in UTC seconds.
    """

    name = "hoard-monitoring"
    #: Seconds after which an open page is fetched anew though nothing changed;
    #: by default ten times `refresh`.
    age = None
    #: What a POST needs besides a good token.
    changing = rights.MANAGE
    _trouble = ViewPageTemplateFile("templates/trouble.pt")
    _gone = ViewPageTemplateFile("templates/gone.pt")

    def __call__(self):
        self.request.response.setHeader("Cache-Control", "private, no-store")
        # The pages are tables: they need the room.
        for side in ("left", "right"):
            self.request.set(f"disable_plone.{side}column", 1)
        self.problems = []
        try:
            if self.request.method == "POST":
                found = self._posted()
                if found is not None:
                    return found
            return self._read()
        except TROUBLES as error:
            return self.trouble(error)
        except NotFound:
            # Plone's own page for it cannot be drawn for an address below a view.
            self.request.response.setStatus(404)
            return self._gone()

    def _posted(self):
        CheckAuthenticator(self.request)
        rights.demand(self.changing)
        try:
            return self.change()
        except Refused as refused:
            self.request.response.setStatus(422)
            self.problems = [(field, said(text)) for field, text in refused.problems]
            return None

    def _read(self):
        from ..engines import reading

        with reading() as self.db:
            self.now = times.now()
            return self.answer()

    def answer(self):
        return self.index()

    def change(self):
        """Do what was posted; a redirection.

        :raises Refused: Nothing was done; the page is shown with the problems.
        """
        raise Refused([("", _("Nothing can be changed here."))])

    def trouble(self, error):
        """A page that says in words why there is nothing to see."""
        self.error, self.words = error, trouble_words(error)
        if not isinstance(error, NotConfigured):
            self.request.response.setStatus(503)
        return self._trouble()

    # --- For templates --------------------------------------------------

    @property
    def site_url(self):
        return self.context.absolute_url()

    def url(self, name=None, /, below="", **query):
        """The address of a page of ours."""
        asked = urlencode({k: v for k, v in query.items() if v not in ("", None)})
        tail = f"/{below}" if below else ""
        return f"{self.site_url}/@@{name or self.name}{tail}" + (
            f"?{asked}" if asked else ""
        )

    def entry_url(self, row):
        """Where the rule or alarm is written down whose history *row* carries."""
        name = row.name.removeprefix(f"{row.kind}:")
        return self.url("hoard-rules-edit", kind=row.kind, name=name)

    @property
    def navigation(self):
        """``[(name, title, address)]`` of the pages that the user may open."""
        return [
            (name, title, self.url(name))
            for name, title, needed in NAVIGATION
            if rights.may(needed)
        ]

    @property
    def current(self):
        """The name of the page of `navigation` that this is."""
        return self.name

    @property
    def page_title(self):
        """What the browser's tab says of this page."""
        titles = {name: title for name, title, _needed in NAVIGATION}
        return titles.get(self.current) or _("Monitoring")

    @property
    def may_manage(self):
        return rights.may(rights.MANAGE)

    @property
    def may_acknowledge(self):
        return rights.may(rights.ACKNOWLEDGE)

    @property
    def may_see_settings(self):
        return rights.may("collective.hoard: Manage Settings")

    def given(self, name, default=""):
        """What stands in the request, as text that any database takes."""
        value = self.request.form.get(name, default)
        return storable(value) if isinstance(value, str) else default

    def number(self, name, default=1, most=2**31 - 1):
        text = self.given(name)
        good = text.isascii() and text.isdecimal() and len(text) < 14
        return min(max(int(text), 1), most) if good else default

    def translate(self, message):
        return translate(message, context=self.request)

    def time(self, seconds):
        return times.shown(seconds, self.context, self.request)

    def iso(self, seconds):
        return times.iso(seconds)

    def lasting(self, seconds):
        return " ".join(map(self.translate, times.lasting(seconds)))

    def ago(self, seconds):
        return self.lasting(self.now - seconds) if seconds else ""

    def mark(self, status, size=20):
        return words.mark(status, self.request, size)

    def word(self, status):
        return words.STATUS[status]

    def percent(self, share):
        return words.percent(share, self.request) or self.translate(_("not known"))

    def decimal(self, text):
        return words.decimal(text, self.request)

    def reason(self, status, code, text):
        return words.reason(status, code, text, self.request)

    def mark_of(self, stored, changed):
        """What a form carries on: the mark it came with, so that a typing error hides
        no change of another; *stored* once its person was told *changed*.
        """
        told = any(text == changed for _field, text in self.problems)
        return stored if told else self.given("mark", stored)

    def tell(self, message, kind="info"):
        IStatusMessage(self.request).add(message, type=kind)

    def redirect(self, url):
        self.request.response.redirect(url)
        return ""

    @property
    def zone(self):
        """The name of the site's time zone, for browsers."""
        return getattr(site_zone(), "key", "UTC")

    @property
    def refresh(self):
        return settings().refresh

    @property
    def live(self):
        """Attributes for the script that looks for changes: address, number."""
        from ..reading import news
        from .changes import stream_url

        return {
            "url": self.url("hoard-changes"),
            "seq": news.seq(self.db),
            "silent": news.silent_names(self.db, self.now),
            "seconds": self.refresh,
            "age": self.age or "",
            "stream": stream_url(),
        }

    @property
    def silent_pollers(self):
        """``[(name, seconds since its last sign of life, note)]``"""
        from ..reading.news import silent

        return silent(self.db, self.now)
