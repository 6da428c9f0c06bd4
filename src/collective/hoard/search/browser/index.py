"""How the index is doing, and what an administrator can do about it."""

from ...controlpanel.interfaces import IControlPanelSection
from ...forms.zone import localized
from ...outbox import behind
from ..backends import index_name
from ..backends import target_name
from ..check import check
from ..collections import all_uids
from ..collections import collection
from ..interfaces import IndexUnavailable
from ..marking import reindex
from ..state import find_state
from ..state import NewerLayout
from ..state import progress_of
from collective.hoard import _
from dataclasses import dataclass
from datetime import datetime
from datetime import UTC
from functools import cached_property
from plone.protect import CheckAuthenticator
from plone.protect import PostOnly
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from zope.component.hooks import getSite
from zope.i18n import translate
from zope.interface import implementer


PHASES = {
    None: _("not yet begun"),
    "waiting": _("waiting"),
    "running": _("being built"),
    "complete": _("complete"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One collection: ``done`` of ``total`` documents."""

    uid: str
    title: str
    total: int
    done: int
    phase: object
    finished: object


class Overview(BrowserView):
    """What both the section and the page show."""

    @property
    def index_name(self):
        try:
            return index_name(getSite())
        except IndexUnavailable as error:
            return str(error)

    @property
    def newer(self):
        try:
            find_state(getSite())
        except NewerLayout as error:
            return str(error)
        return None

    @cached_property
    def lines(self):
        if self.newer:
            return []
        state = find_state(getSite())
        return [self._line(state, uid) for uid in all_uids(getSite())]

    def _line(self, state, uid):
        found, progress = collection(getSite(), uid), progress_of(state, uid)
        total = len(found) if found is not None else 0
        title = translate(found.title, context=self.request) if found else uid
        phase = PHASES[progress.phase if progress else None]
        finished = progress and progress.finished
        done = total if finished and progress.phase == "complete" else 0
        if progress is not None and progress.phase == "running":
            done = progress.done
        time = datetime.fromtimestamp(finished, UTC) if finished else None
        return Line(uid, title or uid, total, done, phase, time)

    def time(self, moment):
        return localized(moment, self.context, self.request) if moment else ""

    @property
    def behind(self):
        return behind(getSite(), target_name(getSite()))

    @property
    def action(self):
        return f"{self.context.absolute_url()}/@@hoard-search-index"


@implementer(IControlPanelSection)
class SearchSection(Overview):
    """See `IControlPanelSection`."""

    title = _("Search")
    order = 40
    render = ViewPageTemplateFile("templates/section.pt")


class IndexPage(Overview):
    """``@@hoard-search-index``: look, build anew, check, repair."""

    index = ViewPageTemplateFile("templates/index.pt")
    checked = ()

    def __call__(self):
        self.request.response.setHeader("Cache-Control", "private, no-store")
        if self.request.get("REQUEST_METHOD") == "POST":
            return self._act()
        return self.index()

    def _act(self):
        PostOnly(self.request)
        CheckAuthenticator(self.request)
        form = self.request.form
        if "reindex" in form:
            count = reindex(getSite())
            text = _(
                "${count} forms and collections are being indexed anew; meanwhile the "
                "present index answers.",
                mapping={"count": count},
            )
            IStatusMessage(self.request).add(text)
            self.request.response.redirect(self.action, 303)
            return ""
        if "check" in form or "repair" in form:
            self.checked = list(check(getSite(), repair="repair" in form))
        return self.index()
