"""Following a link."""

from .interfaces import LinkInvalid
from .keys import secrets
from .register import find
from .signing import check
from datetime import datetime
from datetime import UTC


def open_link(site, token, now=None):
    """The `Link` that *token* belongs to, if it is good now.

    Its target may be gone nevertheless.

    :raises LinkInvalid: for whatever reason.
    :raises SecretMissing: see `keys.secrets`.
    """
    id, target, _made_for, expires = check(secrets(), token)
    link = find(site, id)
    now = now or datetime.now(UTC)
    # What is signed counts: somebody may have written to the database.
    if link.revoked or target != link.target or now.timestamp() >= expires:
        raise LinkInvalid(id)
    return link
