"""Checks as people give them: read, with every problem named."""

from ...monitoring.checks.interfaces import CheckUnusable
from ...monitoring.checks.reach import literal
from ...monitoring.checks.reach import Reach
from ...monitoring.checks.surroundings import elsewhere
from ...monitoring.foreign import flaw
from ...monitoring.poller.lists import KEYS
from ...monitoring.poller.lists import read_row
from ..refusals import said
from collective.hoard import _
from dataclasses import dataclass
from urllib.parse import urlsplit


#: What a row may have besides the columns of a check.
OURS = ("groups", "tags")
LONGEST_NAME = 200
MOST_NAMES = 50
CREDENTIALS = _(
    "Leave name and password out of the address. A manager can send them in the header "
    "Authorization of the parameters, as a secret of the poller's configuration."
)
PRIVATE = _(
    "${address} is not a public address. Only who may manage monitoring can have it "
    "checked."
)


@dataclass(slots=True)
class Wanted:
    """A good row: *columns* as `read_row` made them."""

    columns: dict
    groups: list
    tags: list

    @property
    def name(self):
        return self.columns["name"]


def read(row, trusted):
    """A `Wanted`.

    Which commands, folders and secrets there are is only known to the poller;
    it says on the page of the check what it cannot run.

    :raises CheckUnusable: It is no check; the argument is a message.
    """
    if not isinstance(row, dict):
        raise CheckUnusable("A check is an object with kind, address and host.")
    more = {key: names(row.get(key), key) for key in OURS}
    given = {k: v for k, v in row.items() if k not in OURS}
    # Private addresses first: these words are for people who are not the poller's.
    if not trusted:
        demand_public(given)
    columns = read_row(given, elsewhere(), trusted)
    if len(columns["name"]) > LONGEST_NAME:
        raise CheckUnusable(f"name must be up to {LONGEST_NAME} characters.", "name")
    return Wanted(columns, **more)


def names(value, key):
    """A list of names of a list, or of text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise CheckUnusable(f"{key} must be a list of up to {MOST_NAMES} names.", key)
    found = []
    for one in value:
        if not isinstance(one, str) or flaw(one, LONGEST_NAME):
            raise CheckUnusable(f"{key} must be short texts.", key)
        if one.strip() and one.strip() not in found:
            found.append(one.strip())
    return found


def demand_public(columns):
    """:raises CheckUnusable: An address is private as it is written.

    What names lead to is judged by the poller, each time it connects.
    """
    for key in ("address", "host"):
        host = columns.get(key)
        host = host.strip("[]") if isinstance(host, str) else ""
        if literal(host) and Reach().refusal(host):
            raise CheckUnusable(_(PRIVATE, mapping={"address": host}), key)
        if host.lower() == "localhost" or host.lower().endswith(".localhost"):
            raise CheckUnusable(_(PRIVATE, mapping={"address": host}), key)


def message_of(error):
    """The message of an error, translatable where it is known."""
    return said(error.args[0] if error.args else str(error))


def of_address(url):
    """``{kind, host, port, params}`` of the address of a page.

    :raises CheckUnusable: It is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise CheckUnusable(f"{url[:200]} is not an address: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CheckUnusable(f"{url[:200]} is not an address of a web site.")
    if "@" in parts.netloc:
        raise CheckUnusable(CREDENTIALS)
    path = parts.path or "/"
    query = f"?{parts.query}" if parts.query else ""
    row = {"kind": parts.scheme, "host": parts.hostname}
    if port:
        row["port"] = port
    if path + query != "/":
        row["params"] = {"path": path + query}
    return row


__all__ = ["KEYS", "read"]
