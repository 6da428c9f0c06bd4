"""What others may rely on."""

from ..exceptions import HoardError
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta


#: Kinds of what a link leads to.
FILE = "file"
EXPORT = "export"

LONGEST = timedelta(days=366)
SHORTEST = timedelta(minutes=1)
#: Characters of the text that says who a link is for.
MADE_FOR = 200


class LinkInvalid(HoardError):
    """Forged, expired, revoked, or what it leads to is not there: nobody is told
    which, so that no link reveals whether something exists."""


class LinkRefused(HoardError, ValueError):
    """No link can be made so; ``args[0]`` is a message id that says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to.

    ``kind`` is `FILE`: the file in ``field`` of the row ``key``; or `EXPORT`:
    all submissions in ``format``, see `forms.browser.export.FORMATS`.
    """

    kind: str
    form_uid: str
    key: int = 0
    field: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made. Times are aware datetimes in UTC.

    ``made_by`` is a user id or None; ``made_for`` is a text of whoever made it.
    """

    id: str
    target: Target
    made_for: str
    expires: datetime
    made: datetime
    made_by: str | None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """One use of a link. ``user_id`` of who was logged in, else None."""

    time: datetime
    link_id: str
    user_id: str | None
    address: str
