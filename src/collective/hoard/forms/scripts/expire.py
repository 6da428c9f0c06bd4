"""Delete the submissions whose time is over, on every site of the instance.

Run it once a day: see docs/how-to/expire-submissions.md.
"""

from collective.hoard.forms.interfaces import IHoardForm
from collective.hoard.forms.removal import expire
from collective.hoard.ledger import ledger_uids
from collective.hoard.ledger.interfaces import NewerLayout
from dataclasses import dataclass
from plone.base.interfaces import IPloneSiteRoot
from Products.CMFCore.utils import getToolByName
from ZODB.POSException import ConflictError
from zope.component.hooks import getSite
from zope.component.hooks import setSite
import logging
import transaction


logger = logging.getLogger(__name__)

#: Visitors write at the same time; a conflict is solved by a second look.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Expired:
    """What happened to one ledger.

    ``path`` is that of its form, None when the form is gone; ``removed`` counts
    rows; ``problem`` says what went wrong, if anything did.
    """

    form_uid: str
    path: str | None
    removed: int = 0
    problem: str | None = None


def expire_all(app, now=None):
    """Yield an `Expired` for every ledger below the Zope root *app*.

    Commits after each batch of rows. A form that fails does not keep the
    others from being cleaned up; its problem is in the result and in the log.
    """
    previous = getSite()
    try:
        for site in sites(app):
            setSite(site)
            for uid in ledger_uids(site):
                yield _expired(site, uid, now)
    finally:
        setSite(previous)


def sites(folder):
    """Plone sites, in folders of the Zope root, too."""
    for found in folder.objectValues():
        if IPloneSiteRoot.providedBy(found):
            yield found
        elif found.meta_type in ("Folder", "Folder (Ordered)"):
            yield from sites(found)


def _expired(site, uid, now):
    form = _form(site, uid)
    if form is None:
        return Expired(uid, None)
    path = "/".join(form.getPhysicalPath())
    try:
        return Expired(uid, path, _expire(form, now))
    except NewerLayout as error:
        transaction.abort()
        return Expired(uid, path, problem=str(error))
    except Exception as error:  # Other forms must still be cleaned up.
        transaction.abort()
        logger.exception("The submissions of %s could not be expired", path)
        return Expired(uid, path, problem=f"{type(error).__name__}: {error}")


def _expire(form, now):
    """How many rows of *form* were removed by the attempt that went through."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return expire(form, now, transaction.commit)
        except ConflictError:
            transaction.abort()
            if attempt == ATTEMPTS:
                raise


def _form(site, uid):
    catalog = getToolByName(site, "portal_catalog")
    for brain in catalog.unrestrictedSearchResults(UID=uid):
        form = brain._unrestrictedGetObject()
        if IHoardForm.providedBy(form):
            return form
    return None


def main(app, write=print):
    """Expire, tell about it, and return the exit code: 1 if something failed."""
    failed = total = 0
    for one in expire_all(app):
        if one.problem:
            failed += 1
            write(f"{one.path}: FAILED, nothing more was deleted: {one.problem}")
        elif one.path is None:
            write(
                f"form {one.form_uid} is gone, its submissions are kept: "
                "see the control panel of its site"
            )
        elif one.removed:
            write(f"{one.path}: {one.removed} submissions deleted")
        total += one.removed
    write(f"{total} submissions deleted in all, {failed} forms failed")
    return 1 if failed else 0


if "app" in globals():  # Given by ``bin/instance run``.
    raise SystemExit(main(globals()["app"]))
