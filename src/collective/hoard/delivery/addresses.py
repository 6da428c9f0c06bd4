"""Addresses of people: of those a rule names, a form's editors, the sender."""

from ..forms.kinds.text import EMAIL
from collective.hoard import _
from email.utils import parseaddr
from Products.CMFCore.utils import getToolByName
import unicodedata


#: Roles on the form itself whose holders get its notifications.
EDITORS = {"Owner", "Editor"}
#: People whom one rule tells at most; a group may be the whole university.
MAX_EDITORS = 50


def address_problem(address):
    """What is wrong with *address*, or None."""
    if is_address(address):
        return None
    return _("This is not an e-mail address. Expected is: name@example.org")


def is_address(text):
    """Whether *text* is one bare address, fit for a mail's header."""
    odd = any(unicodedata.category(c)[0] in "CZ" for c in text)
    return bool(
        not odd
        and len(text) <= 254
        and EMAIL.match(text)
        and parseaddr(text)[1] == text
    )


def same_address(address):
    """*address* as it is compared; hosts know no case, and mailboxes hardly do."""
    return address.strip().casefold()


def unique(addresses):
    """*addresses* without those that are there already, in order."""
    found = {}
    for one in addresses:
        found.setdefault(same_address(one), one)
    return list(found.values())


def recipients(form, mail):
    """Addresses that a notification of *form* goes to; it may be gone, and None."""
    editors = editor_addresses(form) if mail.to_editors and form is not None else ()
    found = [*mail.to, *editors]
    return unique([one for one in found if is_address(one)])


def editor_addresses(form):
    """Addresses of those who own or edit just this *form*, groups included."""
    membership = getToolByName(form, "portal_membership")
    members = map(membership.getMemberById, _editor_ids(form))
    texts = (m.getProperty("email", "") for m in members if m is not None)
    return [text for text in texts if isinstance(text, str) and is_address(text)]


def _editor_ids(form):
    groups = getToolByName(form, "portal_groups")
    found = {}
    for principal, roles in form.get_local_roles():
        if EDITORS.isdisjoint(roles):
            continue
        group = groups.getGroupById(principal)
        ids = [principal] if group is None else group.getMemberIds()
        found.update(dict.fromkeys(ids))
    return list(found)[:MAX_EDITORS]
