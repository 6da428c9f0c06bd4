"""The ledgers of a site: one per form, in an annotation of the site root.

Not on the form: content is copied and versioned with all its annotations, and
10,000 submissions would be copied each time.
"""

from ..annotations import find_annotation
from ._ledger import Ledger
from ._ledger import new_storage
from .interfaces import LedgerMissing
from .keys import key_time
from .keys import make_key
from .keys import now_ms
from BTrees.OOBTree import OOBTree
from zope.annotation.interfaces import IAnnotations
from zope.component.hooks import getSite


ANNOTATION_KEY = "collective.hoard.ledgers"


def create_ledger(site, form_uid, title=""):
    """The ledger of the form, made if there is none; its title brought up to date.

    *form_uid* is a non-empty string. Writes nothing when all is as it should be.

    :raises TypeError: *form_uid* or *title* is no string.
    :raises NewerLayout: a newer version of the add-on wrote that ledger.
    """
    if type(form_uid) is not str or type(title) is not str or not form_uid:
        raise TypeError(f"strings are needed, not {form_uid!r} and {title!r}")
    ledgers = find_annotation(site, ANNOTATION_KEY)
    if ledgers is None:
        ledgers = IAnnotations(site)[ANNOTATION_KEY] = OOBTree()
    if form_uid not in ledgers:
        ledgers[form_uid] = new_storage(title, key_time(make_key(now_ms())))
    ledger = Ledger(form_uid, ledgers[form_uid])
    if ledger.title != title:
        ledgers[form_uid]["title"] = title
    return ledger


def get_ledger(site, form_uid):
    """The ledger of the form. Never writes.

    :raises LedgerMissing: nobody made one.
    :raises NewerLayout: a newer version of the add-on wrote it.
    """
    storage = _ledgers(site).get(form_uid)
    if storage is None:
        raise LedgerMissing(f"no ledger for form {form_uid!r}")
    return Ledger(form_uid, storage)


def iter_ledgers(site):
    """Yield the `ILedger` of every form that ever had one, ordered by UID.

    :raises NewerLayout: at a ledger that a newer version of the add-on wrote.
    """
    for form_uid, storage in _ledgers(site).items():
        yield Ledger(form_uid, storage)


def ledger_uids(site):
    """UIDs of all forms that ever had a ledger, ordered; those of ledgers that
    a newer version of the add-on wrote, too."""
    return list(_ledgers(site))


def remove_ledger(site, form_uid):
    """Remove a ledger with all rows, files and history; costs two objects.

    The space is free after the next pack of the database.

    :raises LedgerMissing, NewerLayout: nothing is removed.
    """
    get_ledger(site, form_uid)
    del _ledgers(site)[form_uid]


def iter_rows(form_uid, since=None, until=None, site=None):
    """Yield the rows of a form, oldest first; see `ILedger.iter_rows`.

    *site* is the current site if not given.

    :raises LedgerMissing: no such ledger, or there is no current site.
    """
    site = getSite() if site is None else site
    if site is None:
        raise LedgerMissing("no current site; pass site=")
    return get_ledger(site, form_uid).iter_rows(since, until)


def _ledgers(site):
    ledgers = find_annotation(site, ANNOTATION_KEY)
    return {} if ledgers is None else ledgers
