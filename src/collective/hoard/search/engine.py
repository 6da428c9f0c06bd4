"""One search: whom it is for, which index answers, and what to say about that."""

from ..outbox import behind
from .asked import read
from .backends import current
from .backends import index_name
from .backends import target_name
from .collections import readable
from .events import Searched
from .interfaces import BadCursor
from .interfaces import Found
from .interfaces import IndexUnavailable
from .interfaces import IndexUnbuilt
from .interfaces import Scope
from .scan import Scan
from .state import find_state
from .state import is_complete
from .state import NewerLayout
from .state import progress_of
from AccessControl import getSecurityManager
from collective.hoard import _
from dataclasses import dataclass
from functools import cached_property
from Products.CMFCore.utils import getToolByName
from zope.event import notify
import logging


logger = logging.getLogger(__name__)

DOWN = _("The search index cannot be used at the moment.")
UNBUILT = _("The search index is being built; ${done} entries are in it so far.")
BAD_CURSOR = _("This page cannot be found any more. Please search again.")


@dataclass(frozen=True, slots=True)
class Lag:
    """How the index is doing: ``count`` records behind (``more``: at least so many)
    since ``since``, an aware datetime; ``problem`` is a message, or None, if it
    cannot be used. ``scanned``: the store itself was looked through."""

    count: int = 0
    more: bool = False
    since: object = None
    problem: object = None
    scanned: bool = False


class Search:
    """What one user finds with *params*, untrusted, in *collections*.

    :param collections: ``{uid: ICollection}`` of what the user may read.
    :param scan: look through the store, whatever the index can do.
    """

    def __init__(self, site, collections, params, size=20, scan=False):
        self.site = site
        self.fields = {}
        for one in collections.values():
            self.fields = one.fields | self.fields
        self.asked = read(params, self.fields, size)
        chosen = {uid: collections.get(uid) for uid in self.asked.uids}
        # Those one may not read are left out, as those that there are not.
        chosen = {uid: one for uid, one in chosen.items() if one is not None}
        self.collections = chosen if self.asked.uids else collections
        self._wants_scan = scan

    @cached_property
    def scope(self):
        return Scope(tuple(self.collections), readers(self.site))

    @property
    def _scan(self):
        return Scan(self.collections)

    @cached_property
    def _answer(self):
        """``(found, problem)``: problem is why the store was looked through."""
        if not self.collections:
            return Found(()), None
        notify(Searched(self.site, self.collections))
        if self._wants_scan:
            return self._page(self._scan), None
        try:
            self._demand_complete()
            return self._page(current(self.site)), None
        except IndexUnbuilt as error:
            problem = error.args[0]
        except IndexUnavailable as error:
            # Addresses of servers are not for everybody who searches.
            logger.warning("the search index cannot be used: %s", error)
            problem = DOWN
        return self._page(self._scan), problem

    def _page(self, backend):
        asked = self.asked
        try:
            return backend.search(asked.query, self.scope, asked.size, asked.cursor)
        except BadCursor:
            asked.problems["cursor"] = BAD_CURSOR
            return backend.search(asked.query, self.scope, asked.size)

    def _demand_complete(self):
        """
        :raises IndexUnavailable: not all of the collections are in the index.
        """
        try:
            state, name = find_state(self.site), index_name(self.site)
        except NewerLayout as error:
            raise IndexUnavailable(str(error)) from error
        missing = [
            uid
            for uid, one in self.collections.items()
            if not is_complete(state, uid, name) and len(one)
        ]
        if missing:
            known = [progress_of(state, uid) for uid in missing]
            done = sum(progress.done for progress in known if progress is not None)
            raise IndexUnbuilt(_(UNBUILT, mapping={"done": done}))

    @property
    def found(self):
        """The `Found`.

        :raises IndexUnavailable: never; the store is scanned then.
        """
        return self._answer[0]

    @cached_property
    def lag(self):
        """The `Lag` of the index that answered, or did not."""
        _found, problem = self._answer
        if self._wants_scan or problem is not None:
            return Lag(problem=problem, scanned=True)
        waiting = behind(self.site, target_name(self.site))
        if waiting is None:
            return Lag()
        return Lag(waiting.count, waiting.more, waiting.since)

    @property
    def uses_scan(self):
        """Whether the store is looked through, for an export."""
        if self._wants_scan:
            return True
        try:
            self._demand_complete()
            current(self.site)
        except IndexUnavailable:
            return True
        return False


def search(site, params, uids=None, size=20, scan=False):
    """The `Search` of the current user over the site, or the collections *uids*."""
    return Search(site, readable(site, uids), params, size, scan)


def readers(site):
    """Roles, groups and id of the current user, as the catalog names them."""
    catalog = getToolByName(site, "portal_catalog")
    user = getSecurityManager().getUser()
    return tuple(catalog._listAllowedRolesAndUsers(user))
