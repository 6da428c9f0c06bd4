"""The token that lets a machine look at, and drain, the outbox by HTTP."""

import hmac
import logging
import os


logger = logging.getLogger(__name__)

TOKEN = "HOARD_OUTBOX_TOKEN"  # noqa: S105
TOKEN_FILE = "HOARD_OUTBOX_TOKEN_FILE"  # noqa: S105
#: The header it comes in; never the address, which is logged.
HEADER = "X-Hoard-Token"
#: Fewer characters could be guessed.
SHORTEST = 16


def configured_token(variable=TOKEN) -> str:
    """From the environment, or the file that it names; "" if there is none."""
    token = os.environ.get(variable, "")
    path = os.environ.get(f"{variable}_FILE", "")
    if not token and path:
        try:
            with open(path, encoding="utf-8") as file:
                token = file.read()
        except (OSError, UnicodeDecodeError) as error:
            logger.error("%s: the token cannot be read: %s", variable, error)
    token = token.strip()
    if token and len(token) < SHORTEST:
        logger.error("%s is ignored, it needs %s characters", variable, SHORTEST)
        return ""
    return token


def is_valid(given, variable=TOKEN) -> bool:
    """Whether *given* is the token; takes as long for every wrong one."""
    token = configured_token(variable)
    if not token or not isinstance(given, str):
        return False
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
