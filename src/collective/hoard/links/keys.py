"""The secrets that links are signed with."""

from ..connections.interfaces import SecretMissing
from ..connections.settings import resolve
from collective.hoard import _
from plone.keyring.interfaces import IKeyManager
from plone.registry.interfaces import IRegistry
from zope.component import getUtility


#: Characters; what is shorter can be guessed.
SHORTEST = 16
TOO_SHORT = _(
    "The secret ${reference} is too short to sign with. Make it at least ${count} "
    "random characters, as “openssl rand -hex 32” does."
)
RECORD = "collective.hoard.link_secrets"


def secrets():
    """Bytes, the newest first: links are signed with that one, and checked with
    all. Remove the last one to make the links of its time invalid.

    Those that the control panel names, outside of the database; without any the
    keys of Plone's own ring, which Plone rotates.

    :raises SecretMissing: a reference leads nowhere.
    """
    named = getUtility(IRegistry).get(RECORD) or ()
    found = [_resolved(reference) for reference in named]
    if not found:
        found = [key for key in getUtility(IKeyManager)["_system"] if key]
    return [secret.encode("utf-8") for secret in found]


def _resolved(reference):
    secret = resolve(reference).strip()
    if len(secret) < SHORTEST:
        told = {"reference": reference, "count": SHORTEST}
        raise SecretMissing(_(TOO_SHORT, mapping=told))
    return secret
