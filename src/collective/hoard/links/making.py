"""Making a link."""

from ..forms.browser.export import FORMATS
from ..ledger import get_ledger
from ..ledger.files import is_file
from ..ledger.interfaces import LedgerMissing
from ..ledger.interfaces import RowMissing
from .interfaces import EXPORT
from .interfaces import FILE
from .interfaces import Link
from .interfaces import LinkRefused
from .interfaces import LONGEST
from .interfaces import MADE_FOR
from .interfaces import SHORTEST
from .keys import secrets
from .register import add
from .signing import sign
from collective.hoard import _
from datetime import datetime
from datetime import UTC
import secrets as randomness


NO_FILE = _("There is no such file. It may have been deleted meanwhile.")
NO_FORMAT = _(
    "There is no such format. Choose one of: ${formats}",
    mapping={"formats": ", ".join(FORMATS)},
)
FOR_WHOM = _(
    "Say who the link is for, in up to ${count} characters.",
    mapping={"count": MADE_FOR},
)
HOW_LONG = _("A link is good for at least a minute and at most a year.")


def make_link(site, target, *, made_for, lifetime, made_by=None, now=None):
    """Make a link to *target* (a `Target`); rights are the caller's business.

    :param lifetime: a timedelta.
    :return: ``(Link, url)``; the URL cannot be had again.
    :raises LinkRefused: nothing was stored.
    :raises SecretMissing: see `keys.secrets`.
    """
    made_for = made_for.strip() if isinstance(made_for, str) else ""
    if not 0 < len(made_for) <= MADE_FOR:
        raise LinkRefused(FOR_WHOM)
    if not SHORTEST <= lifetime <= LONGEST:
        raise LinkRefused(HOW_LONG)
    _check(site, target)
    made = (now or datetime.now(UTC)).replace(microsecond=0)
    id = randomness.token_urlsafe(12)
    link = Link(id, target, made_for, made + lifetime, made, made_by)
    expires = int(link.expires.timestamp())
    token = sign(secrets()[0], id, target, made_for, expires)
    add(site, link)
    return link, f"{site.absolute_url()}/@@hoard-link/{token}"


def _check(site, target):
    if target.kind == EXPORT:
        if target.format not in FORMATS:
            raise LinkRefused(NO_FORMAT)
    elif target.kind != FILE or file_at(site, target) is None:
        raise LinkRefused(NO_FILE)


def file_at(site, target):
    """The file value that *target* leads to, or None."""
    try:
        row = get_ledger(site, target.form_uid).get(target.key)
    except (LedgerMissing, RowMissing):
        return None
    value = row.values.get(target.field)
    return value if is_file(value) else None
