"""Signatures of webhooks, as the Standard Webhooks specification has them.

Signed is ``id.timestamp.body``: the id is a UUID and the timestamp a number of
seconds, neither has a dot, so no two messages give the same text. Receivers in
most languages find a library that checks it.
"""

from base64 import b64decode
from base64 import b64encode
from hashlib import sha256
import binascii
import hmac


VERSION = "v1"
#: How libraries mark a secret that is base64.
PREFIX = "whsec_"


def signature_headers(message_id: str, timestamp: int, body: bytes, secret: str):
    """The headers that let a receiver check *body*.

    :param secret: one secret, or several with spaces between them while they are
        exchanged: the receiver accepts a message when one of them fits.
    """
    signatures = [
        f"{VERSION},{_sign(one, message_id, timestamp, body)}" for one in secret.split()
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _sign(secret, message_id, timestamp, body):
    signed = f"{message_id}.{timestamp}.".encode() + body
    return b64encode(hmac.new(_key(secret), signed, sha256).digest()).decode()


def _key(secret):
    if secret.startswith(PREFIX):
        try:
            return b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            # Somebody's own text that only begins so.
            pass
    return secret.encode()
