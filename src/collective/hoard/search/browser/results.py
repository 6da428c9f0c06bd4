"""``@@hoard-search``: of a form, and of all one may read."""

from ...forms.limits import get_limits
from ...forms.rights import EXPORT
from ...forms.rights import may
from ...forms.zone import localized
from ...forms.zone import site_zone
from ...ledger.keys import key_time
from ..asked import clean
from ..collections import readable
from ..engine import Search
from ..fields import BOOLEAN
from ..fields import CHOICE
from ..fields import DAY
from ..fields import MOMENT
from ..fields import NUMBER
from ..hits import Reader
from ..interfaces import COLLECTION
from ..interfaces import MONTH
from collective.hoard import _
from dataclasses import dataclass
from functools import cached_property
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zope.component.hooks import getSite
from zope.i18n import translate
from zope.i18nmessageid import Message


#: Facets on a page, values of one that are offered.
FACETS = 6
VALUES = 12
#: What a page asks for that a page turned to must ask for again.
NAMES = ("text", "since", "until", "month", "form", "sort", "size", "scan")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; ``url`` narrows to it or, if ``chosen``, widens again."""

    label: str
    count: int
    url: str
    chosen: bool


class Results(BrowserView):
    """A page of results. Subclasses say of what."""

    index = ViewPageTemplateFile("templates/results.pt")
    uids = None

    def __call__(self):
        # Personal data: neither shared caches nor the disk of a browser keep it.
        self.request.response.setHeader("Cache-Control", "private, no-store")
        return self.index()

    @cached_property
    def params(self):
        """What was asked for, and the facets that the page shows."""
        return {**self.form, "facet": self.facet_names}

    @cached_property
    def form(self):
        return clean(self.request.form)

    @cached_property
    def collections(self):
        return readable(getSite(), self.uids)

    @cached_property
    def facet_names(self):
        fields = {}
        for one in self.collections.values():
            fields |= one.fields
        names = [f.id for f in fields.values() if f.type in (CHOICE, BOOLEAN)]
        several = [COLLECTION] if len(self.collections) > 1 else []
        return [*several, MONTH, *names][:FACETS]

    @cached_property
    def search(self):
        scan = self.form.get("scan") == "1"
        size = get_limits().page_size
        return Search(getSite(), self.collections, self.params, size, scan)

    @property
    def asked(self):
        return self.search.asked

    @property
    def found(self):
        return self.search.found

    @property
    def problems(self):
        """Sentences about what was ignored."""
        known = {"text": _("Search text"), "cursor": _("Page")}
        return [
            f"{self.text(known.get(name, name))}: {self.text(message)}"
            for name, message in self.asked.problems.items()
        ]

    @cached_property
    def hits(self):
        return Reader(self.search, self.text).shown(self.found.hits)

    @property
    def total(self):
        return self.found.total

    @property
    def is_narrowed(self):
        return not self.asked.query.is_empty or bool(self.asked.uids)

    def text(self, message):
        if isinstance(message, Message):
            return translate(message, context=self.request)
        return str(message)

    def time(self, moment):
        return localized(moment, self.context, self.request)

    # What the fields of the page show.

    def given(self, name):
        """The text of a parameter, to fill in again."""
        value = self.form.get(name, "")
        good = isinstance(value, str) and name not in self.asked.problems
        return value if good else ""

    @property
    def kept(self):
        """Filters that stay when something else is searched for."""
        names = [n for n in self.form if n.startswith(("f.", "from.", "to."))]
        return [
            (name, value)
            for name in sorted(names)
            if name not in self.asked.problems
            for value in self.search_texts(name)
        ]

    def search_texts(self, name):
        value = self.form.get(name, ())
        value = [value] if isinstance(value, str) else value
        return (
            [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
        )

    @property
    def sorts(self):
        """``(value, label, chosen)``"""
        query = self.asked.query
        chosen = f"{'-' if query.descending else ''}{query.sort}"
        offered = [
            ("-submitted", _("Newest first")),
            ("submitted", _("Oldest first")),
        ]
        for field in list(self.search.fields.values())[:20]:
            offered.append((field.id, field.title))
            if field.type in (NUMBER, DAY, MOMENT):
                down = _("${field}, largest first", mapping={"field": field.title})
                offered.append((f"-{field.id}", down))
        return [(value, self.text(t), value == chosen) for value, t in offered]

    # Links.

    @property
    def url(self):
        return f"{self.context.absolute_url()}/@@hoard-search"

    def link(self, *changes, url=None):
        """The address of this page with *changes*, ``(name, list of values)``."""
        pairs = {n: self.search_texts(n) for n in NAMES if n not in self.asked.problems}
        for name, value in self.kept:
            pairs.setdefault(name, []).append(value)
        pairs.update(changes)
        listed = [(name, v) for name, values in pairs.items() for v in values if v]
        return f"{url or self.url}?{urlencode(listed)}" if listed else url or self.url

    @property
    def next_url(self):
        cursor = self.found.cursor
        return self.link(("cursor", [cursor])) if cursor else None

    @property
    def first_url(self):
        return self.link() if self.asked.cursor else None

    @property
    def scan_url(self):
        return self.link(("scan", ["1"]))

    @property
    def index_url(self):
        return self.link(("scan", []))

    def export_url(self, format):
        base = f"{self.context.absolute_url()}/@@hoard-search-export"
        return self.link(("format", [format]), url=base)

    @property
    def may_export(self):
        return any(
            may(EXPORT, one.form)
            for one in self.search.collections.values()
            if one.form is not None
        )

    # Facets.

    @property
    def facets(self):
        """``(title, [Choice])`` of those that have something to choose."""
        found = ((n, self._choices(n)) for n in self.asked.query.facets)
        return [(self._facet_title(n), choices) for n, choices in found if choices]

    def _facet_title(self, name):
        fixed = {COLLECTION: _("Form"), MONTH: _("Month")}
        return self.text(fixed.get(name) or self.search.fields[name].title)

    def _choices(self, name):
        param = {COLLECTION: "form", MONTH: "month"}.get(name, f"f.{name}")
        chosen = self.search_texts(param)
        pairs = self.found.facets.get(name, ())
        if name == MONTH:
            pairs = sorted(pairs, reverse=True)
        made = [self._choice(name, param, chosen, *pair) for pair in pairs[:VALUES]]
        return [one for one in made if one is not None]

    def _choice(self, name, param, chosen, text, count):
        value, label = self._value_and_label(name, text)
        is_chosen = value in chosen
        several = [] if name == MONTH else chosen
        left = [v for v in chosen if v != value] if is_chosen else [*several, value]
        return Choice(self.text(label), count, self.link((param, left)), is_chosen)

    def _value_and_label(self, name, text):
        if name == MONTH:
            return text, text
        if name == COLLECTION:
            one = self.collections.get(text)
            return text, one.title if one is not None else text
        return text[1:], self.search.fields[name].label(text)

    # The state of the index.

    @property
    def lag(self):
        return self.search.lag

    @property
    def lag_text(self):
        """What to say about an index that is behind."""
        lag = self.lag
        if not lag.count:
            return None
        time = lag.since.astimezone(site_zone()).strftime("%H:%M")
        numbers = {"count": f"{lag.count}{'+' if lag.more else ''}", "time": time}
        return _(
            "The index is ${count} records behind since ${time}; the newest entries may "
            "be missing.",
            mapping=numbers,
        )

    @property
    def scan_text(self):
        """What to say about a page that was read from the store."""
        lag = self.lag
        if lag.problem is not None:
            return self.text(lag.problem)
        return self.text(_("You asked to look through the store itself."))

    @property
    def reached(self):
        """When the last entry was sent that a scan looked at, if it was stopped."""
        reached = self.found.reached
        return None if reached is None else self.time(key_time(reached))


class SiteSearch(Results):
    """All that one may read."""

    title = _("Search")
    back = None


class FormSearch(Results):
    """The submissions of one form."""

    @property
    def uids(self):
        return [self.context.UID()]

    @property
    def title(self):
        return _("Search in ${form}", mapping={"form": self.context.Title()})

    @property
    def back(self):
        return f"{self.context.absolute_url()}/@@hoard-submissions"
