"""What is known of a service: where it is, how long to wait, who we are."""

from .interfaces import IServiceDirectory
from .interfaces import IServiceSettings
from .interfaces import SecretMissing
from .interfaces import SettingWrong
from .redact import SECRET
from collective.hoard import _
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from urllib.parse import parse_qsl
from urllib.parse import urlsplit
from zope.interface import implementer
import os
import re


#: A file with a secret is no larger; what is larger was named by mistake.
LARGEST = 64 * 1024
REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/\S.*")

NO_URL = _("This is not a URL. It begins with a scheme, such as ${example}.")
NO_HOST = _("The URL names no server: ${example}")
WRONG_SCHEME = _("This service is reached by ${schemes}: ${example}")
PASSWORD = _(
    "A password must not stand in the URL, because the URL is stored, exported and "
    "shown. Leave the user there, put the password into a file or an environment "
    "variable of the server, and name that as the secret: env:NAME or file:/path."
)
NO_REFERENCE = _(
    "The secret itself is not stored here. Write env:NAME for an environment variable "
    "of the server, or file:/path for a file that it can read."
)
NO_VARIABLE = _(
    "The environment variable ${name}, which should hold the secret, is not set. Set "
    "it where Plone is started and start Plone anew."
)
NO_FILE = _("The file ${name}, which should hold the secret, cannot be read: ${why}")
TIMEOUT = _("A time-out is between 0.1 and 600 seconds.")


@implementer(IServiceSettings)
@dataclass(frozen=True)
class ServiceSettings:
    """See `IServiceSettings`. Times are in seconds.

    :raises SettingWrong: when made with what cannot be right.
    """

    name: str
    kind: str
    url: str
    timeout: float = 5.0
    connect_timeout: float = 2.0
    secret_reference: str = ""
    options: dict = field(default_factory=dict, hash=False)

    def __post_init__(self):
        check_url(self.url)
        check_reference(self.secret_reference)
        for name in ("timeout", "connect_timeout"):
            if not 0.1 <= getattr(self, name) <= 600:
                raise SettingWrong(TIMEOUT, name)

    @property
    def user(self):
        """See `IServiceSettings`."""
        return urlsplit(self.url).username

    @property
    def host(self):
        """Name or address of the server; None for a socket in the file system."""
        return urlsplit(self.url).hostname

    @property
    def port(self):
        """The port as the URL gives it, or None."""
        return urlsplit(self.url).port

    @property
    def secret(self):
        """See `IServiceSettings`."""
        return resolve(self.secret_reference)


def configured(site, name):
    """`IServiceSettings` of the service *name* of *site*; None if it is not
    configured or switched off.

    :raises SettingWrong: what is stored cannot be used.
    """
    directory = IServiceDirectory(site, None)
    return None if directory is None else directory.get(name)


def check_url(url, schemes=(), example="https://server.example.org:8983/path"):
    """Raise `SettingWrong` unless *url* can be stored and used."""
    try:
        parts = urlsplit(url or "")
        parts.port  # noqa: B018  It raises ValueError.
    except ValueError:
        raise SettingWrong(_(NO_URL, mapping={"example": example})) from None
    if re.search(r"[\s\x00-\x1f]", url or "") or not parts.scheme:
        raise SettingWrong(_(NO_URL, mapping={"example": example}))
    if schemes and parts.scheme.lower() not in schemes:
        told = {"schemes": ", ".join(f"{s}://" for s in schemes), "example": example}
        raise SettingWrong(_(WRONG_SCHEME, mapping=told))
    if parts.password is not None or any(
        SECRET.search(key) for key, _value in parse_qsl(parts.query)
    ):
        raise SettingWrong(PASSWORD)
    if not parts.netloc and not parts.path.strip("/"):
        raise SettingWrong(_(NO_HOST, mapping={"example": example}))


def check_reference(reference):
    """Raise `SettingWrong` unless *reference* is empty or a reference."""
    if reference and not REFERENCE.fullmatch(reference):
        raise SettingWrong(NO_REFERENCE, "secret")


def resolve(reference):
    """The secret that *reference* names, "" for none.

    :raises SecretMissing: there is none.
    """
    if not reference:
        return ""
    check_reference(reference)
    source, _colon, name = reference.partition(":")
    if source == "env":
        if name not in os.environ:
            raise SecretMissing(_(NO_VARIABLE, mapping={"name": name}))
        return os.environ[name]
    return _from_file(name)


def _from_file(name):
    try:
        with Path(name).open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise OSError("too large")
        return content.decode("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        if isinstance(error, UnicodeDecodeError):
            why = "UTF-8?"  # The error itself quotes the file.
        missing = _(NO_FILE, mapping={"name": name, "why": why})
        raise SecretMissing(missing) from None
