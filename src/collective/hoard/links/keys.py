"""The secrets that links are signed with."""

from ..connections.settings import resolve
from plone.keyring.interfaces import IKeyManager
from plone.registry.interfaces import IRegistry
from zope.component import getUtility


RECORD = "collective.hoard.link_secrets"


def secrets():
    """Bytes, the newest first: links are signed with that one, and checked with
    all. Remove the last one to make the links of its time invalid.

    Those that the control panel names, outside of the database; without any the
    keys of Plone's own ring, which Plone rotates.

    :raises SecretMissing: a reference leads nowhere.
    """
    named = getUtility(IRegistry).get(RECORD) or ()
    found = [resolve(reference) for reference in named]
    if not found:
        found = [key for key in getUtility(IKeyManager)["_system"] if key]
    return [secret.encode("utf-8") for secret in found]
