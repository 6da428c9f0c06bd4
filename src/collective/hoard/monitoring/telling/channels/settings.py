"""How each channel reaches its server.  Secrets are named, never written."""

from ...checks.interfaces import CheckUnusable
from ...checks.secrets import resolve
from ...judge.interfaces import WrongSettings
from dataclasses import dataclass
from dataclasses import fields


@dataclass(frozen=True)
class MailSettings:
    host: str = "localhost"
    port: int = 25
    sender: str = ""
    user: str = ""
    #: env:NAME or file:/path
    password: str = ""
    #: "none", "starttls" or "tls"
    tls: str = "none"
    timeout: float = 20.0


@dataclass(frozen=True)
class WebhookSettings:
    timeout: float = 10.0


@dataclass(frozen=True)
class BrokerSettings:
    url: str = ""
    user: str = ""
    #: env:NAME or file:/path
    password: str = ""
    timeout: float = 10.0


def from_data(kind, data, where):
    """Settings of a class from a plain mapping.

    :raises WrongSettings: A name that is not known.
    """
    known = {field.name for field in fields(kind)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise WrongSettings(
            f"{where}: {unknown[0]!r} is unknown; known are {', '.join(sorted(known))}."
        )
    return kind(**data)


def secret(text):
    """*text*, or what ``env:NAME`` or ``file:/path`` stands for.

    :raises WrongSettings: It refers to nothing.
    """
    text = str(text)
    if not text.startswith(("env:", "file:")):
        return text
    try:
        return resolve(text)
    except CheckUnusable as error:
        raise WrongSettings(str(error)) from error
