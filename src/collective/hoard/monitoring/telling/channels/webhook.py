"""JSON by POST, signed: who gets it can check that it comes from us.

``X-Hoard-Signature: t=<seconds>,v1=<hex>`` is HMAC-SHA256, with the contact's
secret, over the seconds, a point, and the body.
"""

from ..interfaces import Refused
from ..interfaces import TargetDown
from .payload import as_json
from .payload import payload
from .settings import secret
import hashlib
import hmac
import time


#: Statuses of a server that will want it later.
LATER = (408, 425, 429)


class WebhookChannel:
    """See `interfaces.Channel`; the address is a URL."""

    def __init__(self, settings, clock=time.time):
        self.settings = settings
        self.clock = clock

    def send(self, contact, letter):
        # Imported where it is used only: it takes 7 MB.
        import requests

        if not contact.address.startswith(("http://", "https://")):
            raise Refused(f"{contact.address!r} is no address of a webhook.")
        body = as_json(payload(letter))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.uuid,
            **self.signature(contact, body),
        }
        try:
            # No redirects: a signed message goes where it was meant to go.
            answer = requests.post(
                contact.address,
                data=body,
                headers=headers,
                timeout=self.settings.timeout,
                allow_redirects=False,
                stream=True,
            )
            answer.close()
        except requests.RequestException as error:
            raise TargetDown(f"The webhook did not answer: {error}") from error
        if answer.ok and answer.status_code < 300:
            return
        later = answer.status_code >= 500 or answer.status_code in LATER
        kind = TargetDown if later else Refused
        raise kind(f"The webhook answered {answer.status_code} {answer.reason}.")

    def signature(self, contact, body):
        key = secret(contact.settings.get("secret", ""))
        if not key:
            return {}
        seconds = str(int(self.clock()))
        return {"X-Hoard-Signature": f"t={seconds},v1={signed(key, seconds, body)}"}


def signed(key, seconds, body):
    text = seconds.encode() + b"." + body
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
