"""Until when a certificate is valid, also one that nobody should trust."""

from .authorities import tls_context
from .interfaces import Outcome
from .interfaces import worse
from datetime import datetime
from functools import lru_cache
import asyncio
import ssl
import time


DAY = 86_400
#: The article's neighbours warn two weeks ahead: time enough for a person.
WARN_DAYS = 14
CRIT_DAYS = 3
_FORMATS = ("%b %d %H:%M:%S %Y GMT", "%Y-%m-%d %H:%M:%S GMT", "%Y-%m-%d %H:%M:%S")


@lru_cache(maxsize=8192)
def expiry_from_text(text: str) -> int | None:
    """UTC seconds of libcurl's "Expire date"; None for what it never writes."""
    for form in _FORMATS:
        try:
            return int(datetime.strptime(f"{text} +0000", f"{form} %z").timestamp())
        except ValueError:
            continue
    return None


def expiry_of_chain(chain) -> int | None:
    """The earliest end of libcurl's certificate information."""
    ends = [
        expiry_from_text(value)
        for certificate in chain
        for key, value in certificate
        if key == "Expire date"
    ]
    return min(filter(None, ends), default=None)


async def probe_expiry(
    address: str, port: int, name: str, timeout: float
) -> int | None:
    """The end of whatever certificate is shown, by a handshake of its own.

    *address* must be one that the check may reach. None where there is none.
    """
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(
                address, port, ssl=tls_context(False, None), server_hostname=name
            )
            try:
                return expiry_of_der(
                    writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
                )
            finally:
                writer.transport.abort()
    except (OSError, ValueError, TimeoutError, ssl.SSLError, UnicodeError):
        return None


def expiry_of_der(data: bytes | None) -> int | None:
    # Loaded late: most pollers never meet an invalid certificate.
    from cryptography.x509 import load_der_x509_certificate

    try:
        certificate = load_der_x509_certificate(data)
        return int(certificate.not_valid_after_utc.timestamp())
    except (TypeError, ValueError):
        return None


def judge_expiry(
    outcome: Outcome, until: int | None, warn: float, crit: float, now=None
):
    """Put the days left into *outcome*, and lower it when they are too few."""
    if until is None:
        return
    days = round((until - (time.time() if now is None else now)) / DAY, 2)
    outcome.values["certificate"] = (days, "d")
    if outcome.status == "crit":
        return
    status = "crit" if days < crit else "warn" if days < warn else "ok"
    if status != "ok":
        worse(
            outcome, status, "certificate", f"The certificate ends in {days:.0f} days"
        )
