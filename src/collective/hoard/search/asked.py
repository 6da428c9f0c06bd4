"""What somebody asks for: the parameters of an address as a `Query`.

Browser and REST clients ask alike. Whatever a parameter holds, the outcome is a
query over whitelisted fields, and a message for each that was ignored.
"""

from ..forms.asking import read as read_list
from ..forms.characters import showable
from ..ledger.keys import LARGEST
from ..ledger.keys import SMALLEST
from .analysis import tokens
from .fields import COUNTED
from .fields import RANGED
from .interfaces import Among
from .interfaces import Between
from .interfaces import COLLECTION
from .interfaces import MONTH
from .interfaces import Query
from .interfaces import SUBMITTED
from .interfaces import Words
from .language import parse
from .months import month_range
from .reading import exact_bounds
from .reading import exact_value
from collective.hoard import _
from dataclasses import dataclass
from dataclasses import field


#: Values of one filter, filters, and characters of a value that are read.
MOST_VALUES = 50
MOST_FILTERS = 20
LONGEST = 600
MOST_FACETS = 10

UNKNOWN = _("There is no such field to search in.")
BAD_VALUE = _("This field has no such value.")
BAD_RANGE = _("Two ends of a range are expected, smaller one first, as the field has.")
BAD_SORT = _("Nothing can be sorted by that.")
BAD_MONTH = _("A month is expected, as 2026-12.")
TOO_MANY = _("These are too many filters; some were ignored.")
NOT_TEXT = _("One text is expected here.")


@dataclass(frozen=True, slots=True)
class Asked:
    """``query``, ``size`` of a page, ``cursor`` or None, the text in ``text``;
    ``problems`` maps names of parameters to messages; ``uids`` are the
    collections that were chosen, none for all."""

    query: Query
    text: str = ""
    size: int = 20
    cursor: str | None = None
    uids: tuple = ()
    problems: dict = field(default_factory=dict)


def read(params, fields, size=20) -> Asked:
    """What *params*, a mapping of untrusted values, ask for.

    :param fields: whitelist ``{id: SearchField}``.
    """
    return _Reader(clean(params), fields).asked(size)


def clean(params) -> dict:
    """*params* with text that any page, address and index can hold."""
    return {
        showable(name): _clean(value)
        for name, value in params.items()
        if isinstance(name, str)
    }


def _clean(value):
    if isinstance(value, str):
        return showable(value)
    if isinstance(value, (list, tuple)):
        return [showable(v) if isinstance(v, str) else v for v in value]
    return value


class _Reader:
    def __init__(self, params, fields):
        self._params = params
        self._fields = fields
        self.problems = {}

    def asked(self, size):
        span, problems = read_list(
            {n: self._params.get(n) for n in ("since", "until", "size")}, size
        )
        self.problems.update(problems)
        text = self.text("text")
        words, filters, problem = parse(text, self._fields)
        if problem:
            self.problems["text"] = problem
        more_words, more_filters = self._filters()
        sort, descending = self._sort()
        low, high = self._span(span)
        query = Query(
            words=words + tuple(more_words),
            filters=filters + tuple(more_filters),
            low=low,
            high=high,
            facets=self._facets(),
            sort=sort,
            descending=descending,
        )
        cursor = self.text("cursor") or None
        uids = tuple(self.texts("form"))
        return Asked(query, text, span.size, cursor, uids, self.problems)

    def text(self, name):
        found = self._params.get(name) or ""
        if isinstance(found, str):
            return found
        self.problems[name] = NOT_TEXT
        return ""

    def texts(self, name):
        found = self._params.get(name) or ()
        found = [found] if isinstance(found, str) else found
        good = isinstance(found, (list, tuple)) and len(found) <= MOST_VALUES
        if not good or not all(isinstance(t, str) and len(t) <= LONGEST for t in found):
            self.problems[name] = BAD_VALUE
            return []
        return [text for text in found if text]

    def _filters(self):
        words, filters, ranges = [], [], {}
        names = sorted(n for n in self._params if isinstance(n, str))
        for name in names:
            kind, dot, id = name.partition(".")
            if not dot or kind not in ("f", "from", "to") or not self._params[name]:
                continue
            if id not in self._fields:
                self.problems[name[:80]] = UNKNOWN
            elif len(words) + len(filters) + len(ranges) >= MOST_FILTERS:
                self.problems[name] = TOO_MANY
            elif kind == "f":
                self._add_values(name, self._fields[id], words, filters)
            else:
                ranges.setdefault(id, {})[kind] = self.text(name)
        filters += [r for id, ends in ranges.items() if (r := self._range(id, ends))]
        return words, filters

    def _add_values(self, name, field, words, filters):
        found = [exact_value(field, raw) for raw in self.texts(name)]
        if field.type in COUNTED or field.type in RANGED:
            if None in found:
                self.problems[name] = BAD_VALUE
            values = [text for texts in found if texts for text in texts]
            if values:
                filters.append(Among(field.id, tuple(dict.fromkeys(values))))
            return
        for raw in self.texts(name):
            if wanted := tokens(raw):
                words.append(Words(tuple(wanted), field=field.id))

    def _range(self, id, ends):
        field = self._fields[id]
        low, high = ends.get("from", "")[:LONGEST], ends.get("to", "")[:LONGEST]
        bounds = exact_bounds(field, low, high) if field.type in RANGED else None
        if bounds is None:
            if low.strip() or high.strip():
                self.problems[f"from.{id}"] = BAD_RANGE
            return None
        return Between(id, *bounds)

    def _sort(self):
        text = self.text("sort")
        name = text.removeprefix("-")
        if not name or name == SUBMITTED:
            return SUBMITTED, not text or text.startswith("-")
        if name not in self._fields:
            self.problems["sort"] = BAD_SORT
            return SUBMITTED, True
        return name, text.startswith("-")

    def _span(self, span):
        low = span.lowest if span.lowest > SMALLEST else None
        high = span.highest if span.highest < LARGEST else None
        month = self.text("month")
        ends = month_range(month) if month else None
        if month and ends is None:
            self.problems["month"] = BAD_MONTH
        if ends:
            low = max(filter(None, (low, ends[0])))
            high = min(filter(None, (high, ends[1])))
        return low, high

    def _facets(self):
        """Those asked for."""
        known = {COLLECTION, MONTH, *self._fields}
        wanted = dict.fromkeys(self.texts("facet"))
        unknown = [name for name in wanted if name not in known]
        if unknown:
            self.problems["facet"] = UNKNOWN
        return tuple(name for name in wanted if name in known)[:MOST_FACETS]
