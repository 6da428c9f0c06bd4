"""The list of submissions, newest first."""

from ..asking import page
from ..asking import read
from ..columns import current_columns
from ..interfaces import ISubmissionsExtra
from ..limits import get_limits
from ..rights import DELETE
from ..rights import DESIGN
from ..rights import EXPORT
from .receiver import Receiver
from .submission import Submission
from collective.hoard import _
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zope.component import getAdapters
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


#: Columns that fit on a screen, characters that fit into a cell.
SHOWN_COLUMNS = 4
SHOWN_CHARACTERS = 80


@implementer(IPublishTraverse)
class Submissions(Receiver):
    """``@@hoard-submissions``, and what is below it in the address."""

    index = ViewPageTemplateFile("templates/submissions.pt")

    def __init__(self, context, request):
        super().__init__(context, request)
        self._below = []

    def publishTraverse(self, request, name):
        """Anything may follow; whether it exists is decided in `answer`, when
        the user is known: nobody else shall learn which keys there are."""
        self._below.append(name)
        return self

    def answer(self):
        if self._below:
            return Submission(self.context, self.request)(*self._below)
        self._tell_problems()
        return self.index()

    def _tell_problems(self):
        for name, message in self._read[1].items():
            text = _(
                "“${name}” in the address was ignored. ${problem}",
                mapping={"name": name, "problem": self.translate(message)},
            )
            self.tell(text, "warning")

    @cached_property
    def _read(self):
        return read(self.request.form, get_limits().page_size)

    @property
    def asked(self):
        return self._read[0]

    @property
    def narrowed(self):
        """Whether a span of time was asked for."""
        return self.asked.since is not None or self.asked.until is not None

    def given(self, name):
        """The text of a parameter that was understood, to fill in again."""
        good = name not in self._read[1]
        value = self.request.form.get(name, "") if good else ""
        return value if isinstance(value, str) else ""

    @cached_property
    def page(self):
        return page(self.ledger, self.asked) if self.ledger is not None else None

    @property
    def rows(self):
        return self.page.rows if self.page is not None else ()

    @property
    def total(self):
        return len(self.ledger) if self.ledger is not None else 0

    @cached_property
    def shown(self):
        """The first columns of the current definition."""
        if self.ledger is None:
            return []
        found = [c for c in current_columns(self.ledger) if c.kind.widget != "hidden"]
        return found[:SHOWN_COLUMNS]

    def cells(self, row):
        """``(title, text)`` of the row's first values, cut to fit."""
        return [(c.title, cut(self.text(c, row.values.get(c.id)))) for c in self.shown]

    def select_label(self, time):
        return _("Select the submission of ${time}", mapping={"time": time})

    @property
    def older_url(self):
        return self._page_url("before", self.page and self.page.older)

    @property
    def newer_url(self):
        return self._page_url("after", self.page and self.page.newer)

    def _page_url(self, name, key):
        kept = {n: self.given(n) for n in ("since", "until", "size") if self.given(n)}
        return f"{self.list_url}?{urlencode({**kept, name: key})}" if key else None

    @property
    def extras(self):
        """All `ISubmissionsExtra`, in order."""
        found = getAdapters((self.context, self.request), ISubmissionsExtra)
        ordered = sorted(found, key=lambda pair: (pair[1].order, pair[0]))
        return [extra for _name, extra in ordered]

    @property
    def may_delete(self):
        return self.may(DELETE)

    @property
    def may_export(self):
        return self.may(EXPORT)

    @property
    def may_design(self):
        return self.may(DESIGN)


def cut(text):
    """*text* on one line, no longer than a cell shows."""
    # A slice first: a long text must not be split as a whole for one cell.
    line = " ".join(text[: 4 * SHOWN_CHARACTERS].split())
    if len(line) <= SHOWN_CHARACTERS and len(text) <= 4 * SHOWN_CHARACTERS:
        return line
    return f"{line[: SHOWN_CHARACTERS - 1].rstrip()}…"
