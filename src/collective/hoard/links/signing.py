"""A link's token: signed fields that nobody can move a boundary in.

The fields are UTF-8, each behind its length in four bytes (big endian), in the
order of `FIELDS`; before them stands `PURPOSE`, so that no other signature of
the same key fits. The token is the base64 (RFC 4648, section 5, without "=") of
the fields, a dot, and that of their HMAC-SHA256 (RFC 2104).
"""

from .interfaces import LinkInvalid
from .interfaces import Target
from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from binascii import Error as NotBase64
import hmac
import struct


PURPOSE = b"collective.hoard.link.1"
FIELDS = ("id", "kind", "form_uid", "key", "field", "format", "made_for", "expires")
#: Longer tokens are not looked at.
LONGEST_TOKEN = 4096


def sign(secret, id, target, made_for, expires):
    """The token.

    :param secret: bytes.
    :param expires: seconds since 1970, an int.
    """
    values = (id, target.kind, target.form_uid, str(target.key), target.field)
    body = _packed((*values, target.format, made_for, str(expires)))
    return f"{_text(body)}.{_text(_mac(secret, body))}"


def check(secrets, token):
    """``(id, target, made_for, expires)`` of a token signed with one of *secrets*.

    Does not look at the clock.

    :raises LinkInvalid:
    """
    body, mac = _parts(token)
    # All of them, whichever fits: the time tells nothing.
    fits = [hmac.compare_digest(mac, _mac(secret, body)) for secret in secrets]
    if not any(fits):
        raise LinkInvalid()
    values = dict(zip(FIELDS, _unpacked(body), strict=True))
    target = Target(
        kind=values["kind"],
        form_uid=values["form_uid"],
        key=int(values["key"]),
        field=values["field"],
        format=values["format"],
    )
    return values["id"], target, values["made_for"], int(values["expires"])


def _parts(token):
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise LinkInvalid()
    body, dot, mac = token.partition(".")
    try:
        return _bytes(body), _bytes(mac)
    except (NotBase64, ValueError):
        raise LinkInvalid() from None


def _mac(secret, body):
    return hmac.digest(secret, PURPOSE + body, "sha256")


def _packed(values):
    fields = [value.encode("utf-8") for value in values]
    return b"".join(struct.pack("!I", len(field)) + field for field in fields)


def _unpacked(body):
    """The fields of a body whose signature was good."""
    position = 0
    while position < len(body):
        (size,) = struct.unpack_from("!I", body, position)
        position += 4
        yield body[position : position + size].decode("utf-8")
        position += size


def _text(data):
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _bytes(text):
    raw = text.encode("ascii")
    return urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
