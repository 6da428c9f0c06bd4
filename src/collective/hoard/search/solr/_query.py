"""A request to Solr, built from nothing for each query.

Values travel as parameters of their own that the query refers to (``v=$p0``), so
nothing in them is ever parsed. Names of fields come from the whitelist that the
query was made with, and have letters, digits and underscores. Nothing of a
visitor's request is copied.
"""

from ..interfaces import Among
from ..interfaces import COLLECTION
from ..interfaces import CONTENT
from ..interfaces import is_restricted
from ..interfaces import MONTH
from ..interfaces import RECORD
from ..interfaces import SUBMITTED
from ..matching import limits
from ._documents import exact_name
from ._documents import order_name
from ._documents import words_name
import json
import re


FIELD = re.compile(r"_?[a-z][a-z0-9_]{0,63}\Z")
#: In no value: it separates those of a list.
SEPARATOR = "\x1f"
#: Values of a facet that are counted at most.
MOST_VALUES = 1_000
RETURNED = "uid_s,key_l,ref_s"


class Request:
    """The parameters of one request; see `params`."""

    def __init__(self, query, site, scope):
        self._query = query
        self._values = {}
        self._filters = []
        for words in query.words:
            self._add_words(words)
        for one in query.filters:
            self._add_filter(one)
        self._add_span("key_l", query.low, query.high, MONTH)
        # Last, and from the server alone: what this user may see.
        self._add("term", "site_s", site, cached=True)
        self._add("terms", "uid_s", SEPARATOR.join(scope.uids), cached=True)
        if scope.readers is not None and any(map(is_restricted, scope.uids)):
            self._add_readers(scope.readers)

    def _value(self, value):
        name = f"p{len(self._values)}"
        self._values[name] = value
        return f"${name}"

    def _add(self, parser, field, value, tag=None, cached=False, negated=False):
        parts = [f"!{parser} f={field} v={self._value(value)}"]
        if parser == "terms":
            parts.append(f"separator={self._value(SEPARATOR)}")
        if tag:
            parts.append(f"tag={tag}")
        if not cached:
            parts.append("cache=false")
        text = f"{{{' '.join(parts)}}}"
        if negated:
            text = f"{{!bool must_not={self._value(text)} must=$all cache=false}}"
        self._filters.append(text)

    def _add_words(self, words):
        field = "words" if words.field is None else words_name(checked(words.field))
        parser = "prefix" if words.prefix else "field"
        self._add(parser, field, " ".join(words.tokens), negated=words.negated)

    def _add_filter(self, one):
        field, tag = exact_name(checked(one.field)), f"t_{one.field}"
        if isinstance(one, Among):
            self._add("terms", field, SEPARATOR.join(one.values), tag)
            return
        low, high = limits(one)
        text = f"{field}:[{quoted(low)} TO {quoted(high)}]"
        self._filters.append(f"{{!lucene tag={tag} cache=false v={self._value(text)}}}")

    def _add_span(self, field, low, high, tag):
        if low is None and high is None:
            return
        low, high = ("*" if end is None else int(end) for end in (low, high))
        text = self._value(f"{field}:[{low} TO {high}]")
        self._filters.append(f"{{!lucene tag=t_{tag} cache=false v={text}}}")

    def _add_readers(self, readers):
        """Documents of forms have no readers: the form decides, and it is among
        the collections."""
        separator, listed = self._value(SEPARATOR), self._value(SEPARATOR.join(readers))
        own = self._value(f"{{!terms f=readers_ss separator={separator} v={listed}}}")
        others = (
            self._value(f"{{!prefix f=uid_s v={self._value(prefix)}}}")
            for prefix in (RECORD, CONTENT)
        )
        but = " ".join(f"must_not={other}" for other in others)
        free = self._value(f"{{!bool must=$all {but}}}")
        self._filters.append(f"{{!bool should={own} should={free} cache=false}}")

    def after(self, start):
        """Narrow to what comes after *start*, see `paging.place_of`."""
        query = self._query
        order, key, uid = start
        same_time = f"(+key_l:{key} +uid_s:{{{quoted(uid)} TO *])"
        if query.sort == SUBMITTED:
            text = f"{_beyond('key_l', str(key), query.descending)} {same_time}"
        else:
            later = f"(key_l:[* TO {key}}} {same_time})"
            text = self._after_order(order_name(checked(query.sort)), order, later)
        self._filters.append(f"{{!lucene cache=false v={self._value(text)}}}")

    def _after_order(self, field, order, later):
        has_none = f"(*:* -{field}:[* TO *])"
        if order is None:
            return f"+{has_none} +{later}"
        beyond = _beyond(field, quoted(order), self._query.descending)
        return f"{beyond} (+{field}:{quoted(order)} +{later}) {has_none}"

    def params(self, rows):
        """A dict for `pysolr.Solr.search`; its ``q`` is everything."""
        return {
            **self._values,
            "q": "*:*",
            "all": "*:*",
            "fq": self._filters,
            "fl": self._returned(),
            "rows": rows,
            "sort": self.sort(),
            **self._facets(),
        }

    def _returned(self):
        sort = self._query.sort
        return RETURNED if sort == SUBMITTED else f"{RETURNED},{order_name(sort)}"

    def sort(self):
        direction = "desc" if self._query.descending else "asc"
        if self._query.sort == SUBMITTED:
            return f"key_l {direction},uid_s asc,id asc"
        field = order_name(checked(self._query.sort))
        return f"{field} {direction},key_l desc,uid_s asc,id asc"

    def _facets(self):
        if not self._query.facets:
            return {}
        facets = {name: _facet(name) for name in self._query.facets}
        return {"json.facet": json.dumps(facets)}


def _beyond(field, text, descending):
    return f"{field}:[* TO {text}}}" if descending else f"{field}:{{{text} TO *]"


def _facet(name):
    fields = {COLLECTION: "uid_s", MONTH: "month_s"}
    field = fields.get(name) or exact_name(checked(name))
    return {
        "type": "terms",
        "field": field,
        "limit": MOST_VALUES,
        "mincount": 1,
        # A filter does not narrow its own facet.
        "domain": {"excludeTags": f"t_{name}"},
    }


def checked(name):
    """*name*, if it can be that of a field.

    :raises ValueError: it cannot; whoever made the query had no whitelist.
    """
    if not FIELD.match(name):
        raise ValueError(f"not the name of a field: {name!r}")
    return name


def quoted(text) -> str:
    """*text* as one term of Lucene's syntax, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
