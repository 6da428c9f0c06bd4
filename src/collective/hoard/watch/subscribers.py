"""Content was edited: its check follows, after the commit.

The two databases do not share a transaction: what the poller's does not take
must not undo an editor's work.  What fails is logged and shown, and
`reconcile` puts it right.
"""

from ..exceptions import HoardError
from ..monitoring.checks.interfaces import CheckUnusable
from . import setters
from .behavior import IWatchable
from .behavior import IWatched
from .interfaces import Refused
from .settings import is_configured
from .trouble import words
from dataclasses import dataclass
from dataclasses import field
from plone.uuid.interfaces import IUUID
from Products.CMFCore.utils import getToolByName
from Products.statusmessages.interfaces import IStatusMessage
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.container.interfaces import IContainerModifiedEvent
from zope.globalrequest import getRequest
import logging
import transaction


logger = logging.getLogger(__name__)


def edited(item, event=None):
    """Added, changed, moved: let its check be as it says."""
    watched = IWatched(item, None)
    # That a child came or went changes nothing of the item itself.
    if watched is None or IContainerModifiedEvent.providedBy(event):
        return
    # Also without a database: trust is the item's, and it may come later.
    setters.note(item, event)
    if not is_configured():
        return
    uid = IUUID(item, None)
    if not getattr(watched, "hoard_watch", False):
        after_commit(uid, None)
        return
    after_commit(uid, watch_of(item, watched, uid))


def moved(item, event):
    """Moved or renamed: its own address is another. Adding and deleting are
    special ways of moving, with events of their own."""
    if event.oldParent is not None and event.newParent is not None:
        edited(item)


def copied(item, event):
    """Copied, not pasted yet."""
    if IWatched(item, None) is not None:
        setters.copied(item)


def removed(item, event):
    """Deleted, whatever it said of watching."""
    if is_configured():
        after_commit(IUUID(item, None), None)


def watch_of(item, watched, uid):
    """:return: A `Watch`, or None where the extra is not installed."""
    try:
        from .writing.content import Watch
    except ImportError:
        return None
    return Watch(
        uid,
        item.Title(),
        (watched.hoard_watch_address or "").strip() or item.absolute_url(),
        (watched.hoard_watch_group or "").strip(),
        setters.vouched(item),
    )


def after_commit(uid, watch):
    if uid is not None:
        site = getSite()
        transaction.get().addAfterCommitHook(written, args=(site, uid, watch))


def written(committed, site, uid, watch):
    """Write what was committed; never raises, the commit is over."""
    if not committed:
        return
    before = getSite()
    setSite(site)
    try:
        write(uid, watch)
    except (HoardError, ImportError) as error:
        say(error, uid)
    except Exception:
        logger.exception("The check of %s was not written", uid)
    finally:
        setSite(before)


def write(uid, watch):
    from .writing import content

    if watch is None:
        content.drop(uid)
    else:
        content.keep(watch)


def say(error, uid):
    """To the log, and to the editor where there is one."""
    logger.warning("The check of %s was not written: %s", uid, error)
    request = getRequest()
    if request is not None:
        IStatusMessage(request).add(told(error), type="warning")


def told(error):
    """What an error says to a person."""
    if isinstance(error, Refused):
        return error.problems[0][1]
    if isinstance(error, CheckUnusable):
        return error.args[0]
    return words(error)


@dataclass(slots=True)
class Compared:
    """What `reconcile` did: items watched, checks written, checks ended.

    *refused*: ``[(title, address of the item, message)]`` of those that cannot
    be checked; the check of such an item is left as it was.
    """

    kept: int = 0
    changed: int = 0
    dropped: int = 0
    refused: list = field(default_factory=list)


def reconcile(site):
    """Compare all watched content with its checks; a `Compared`.

    For when the database was away while content was edited.

    :raises HoardError: The database cannot be used now.
    """
    from .writing import content

    done, watched = Compared(), set()
    for uid, item in watched_items(site):
        watched.add(uid)
        try:
            done.changed += content.keep(watch_of(item, IWatched(item), uid))
            done.kept += 1
        except (Refused, CheckUnusable) as error:
            done.refused.append((item.Title(), item.absolute_url(), told(error)))
    for uid in content.all_of_content() - watched:
        content.drop(uid)
        done.dropped += 1
    return done


def watched_items(site):
    """``(uid, item)``; whoever compares must see them all."""
    catalog = getToolByName(site, "portal_catalog")
    brains = catalog.unrestrictedSearchResults(
        object_provides=IWatchable.__identifier__
    )
    for brain in brains:
        item = brain._unrestrictedGetObject()
        watched = IWatched(item, None)
        if watched is not None and watched.hoard_watch:
            yield brain.UID, item
