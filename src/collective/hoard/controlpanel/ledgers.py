"""The state of every ledger of a site."""

from ..forms.interfaces import IHoardForm
from ..ledger import get_ledger
from ..ledger import ledger_uids
from ..ledger.interfaces import NewerLayout
from ..ledger.keys import key_time
from dataclasses import dataclass
from Products.CMFCore.utils import getToolByName


@dataclass(frozen=True, slots=True)
class LedgerState:
    """One ledger. ``form`` is its form, None when that is gone (an orphan).

    ``readable`` is False when a newer version of the add-on wrote the ledger;
    then nothing else is known of it. ``size`` is an estimate in bytes,
    ``oldest`` and ``newest`` are aware datetimes or None.
    """

    form_uid: str
    form: object
    title: str = ""
    rows: int = 0
    size: int = 0
    oldest: object = None
    newest: object = None
    readable: bool = True


def ledger_states(site):
    """A `LedgerState` for every ledger of *site*, ordered by title."""
    uids = ledger_uids(site)
    forms = _forms(site, uids)
    states = [_state(site, uid, forms.get(uid)) for uid in uids]
    return sorted(states, key=lambda state: (state.title.lower(), state.form_uid))


def find_form(site, form_uid):
    """The form with that UID whether the current user may see it or not; None
    if there is none."""
    return _forms(site, [form_uid]).get(form_uid)


def _forms(site, uids):
    # Unrestricted, and whatever its dates of publication: a form that is only
    # hidden from this user must not look as if it were gone.
    catalog = getToolByName(site, "portal_catalog")
    brains = catalog.unrestrictedSearchResults(UID=uids) if uids else ()
    found = ((brain.UID, _object(brain)) for brain in brains)
    return {uid: form for uid, form in found if form is not None}


def _object(brain):
    """The form behind *brain*; None for an entry that outlived its form."""
    try:
        found = brain._unrestrictedGetObject()
    except (AttributeError, KeyError):
        return None
    return found if IHoardForm.providedBy(found) else None


def _state(site, uid, form):
    title = form.Title() if form is not None else ""
    try:
        ledger = get_ledger(site, uid)
    except NewerLayout:
        return LedgerState(uid, form, title, readable=False)
    bounds = ledger.bounds()
    oldest, newest = map(key_time, bounds) if bounds else (None, None)
    return LedgerState(
        form_uid=uid,
        form=form,
        title=title or ledger.title,
        rows=len(ledger),
        size=ledger.size_estimate(),
        oldest=oldest,
        newest=newest,
    )
