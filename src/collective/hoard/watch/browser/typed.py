"""What stands in the form of a check, read by the words of its labels."""

from ...monitoring.checks.interfaces import CheckUnusable
from ...monitoring.checks.interfaces import MAX_TIMEOUT
from ...monitoring.poller.judging import COUNTS
from ...monitoring.poller.lists import is_plain
from ...monitoring.poller.lists import NUMBERS
from ..interfaces import Refused
from ..writing.rows import LONGEST_NAME
from ..writing.rows import message_of
from ..writing.rows import MOST_NAMES
from ..writing.rows import names
from ..writing.rows import of_address
from collective.hoard import _
import json


TEXTS = ("name", "title", "kind", "host", "address")
BOUNDS = NUMBERS | COUNTS
WHOLE = ("port", "interval", "slot", "fresh", *COUNTS)
LISTS = ("groups", "tags")
#: The same message ids as the labels in the template.
LABELS = {
    "kind": _("Kind"),
    "host": _("Host name"),
    "address": _("Address"),
    "port": _("Port"),
    "title": _("Title"),
    "name": _("Name"),
    "groups": _("Groups"),
    "tags": _("Tags"),
    "interval": _("Every … seconds"),
    "timeout": _("Time-out in seconds"),
    "slot": _("Slot in seconds"),
    "fresh": _("A result holds for … seconds"),
    "policy": _("What counts in a slot"),
    "m": _("Not ok when so many …"),
    "n": _("… of the last so many are not"),
    "quorum": _("So many sources must see it well"),
    "reference": _("Reference check"),
    "params": _("Parameters (JSON)"),
}
NO_WHOLE = _("“${label}” must be a whole number from ${least} to ${most}.")
NO_SECONDS = _("“${label}” must be a number above 0 and up to ${most}.")
NO_LINE = _("“${label}” must be one line of up to ${most} characters.")
NO_NAMES = _("“${label}” must be up to ${most} short names with commas between them.")
NO_JSON = _('Parameters must be a JSON object, such as {"path": "/"}.')
LONGEST = 500


def typed(given):
    """The row that the form holds; *given* is a function name -> text.

    :raises Refused: With every problem, each at its field.
    """
    row, problems = {}, []
    for key in LABELS:
        try:
            value = read(key, given(key).strip())
        except ValueError as error:
            problems.append((key, error.args[0]))
            continue
        if value is not None:
            row[key] = value
    if problems:
        raise Refused(problems)
    return taken_apart(row)


def taken_apart(row):
    """A whole address that was pasted as the host name, in the fields it belongs to.

    What stands in those fields already holds.
    """
    host = row.get("host", "")
    if "://" not in host or row.get("kind") not in ("http", "https"):
        return row
    try:
        found = of_address(host)
    except CheckUnusable as error:
        raise Refused([("host", message_of(error))]) from error
    params = found.pop("params", {}) | row.get("params", {})
    whole = found | row | {"host": found["host"], "kind": found["kind"]}
    return whole | ({"params": params} if params else {})


def read(key, text):
    """The value of one field, or None for an empty one.

    :raises ValueError: It is none; the argument is a message.
    """
    if key in LISTS:
        return read_names(key, text)
    if not text:
        return None
    if key in WHOLE:
        return whole(key, text)
    if key == "timeout":
        return seconds(key, text)
    if key == "params":
        return read_json(text)
    if key == "reference":
        return True
    longest = LONGEST_NAME if key == "name" else LONGEST
    if not is_plain(text) or len(text) > longest:
        raise ValueError(said(NO_LINE, key, most=longest))
    return text


def whole(key, text):
    least, most = BOUNDS[key]
    digits = text.isascii() and text.isdecimal() and len(text) < 20
    if not digits or not least <= int(text) <= most:
        raise ValueError(said(NO_WHOLE, key, least=least, most=most))
    return int(text)


def seconds(key, text):
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = 0
    if not 0 < found <= MAX_TIMEOUT:
        raise ValueError(said(NO_SECONDS, key, most=f"{MAX_TIMEOUT:g}"))
    return found


def read_names(key, text):
    try:
        names(text, key)
    except CheckUnusable as error:
        raise ValueError(said(NO_NAMES, key, most=MOST_NAMES)) from error
    return text


def read_json(text):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(NO_JSON) from error
    if not isinstance(found, dict):
        raise ValueError(NO_JSON)
    return found


def said(message, key, **numbers):
    return _(message, mapping={"label": LABELS[key], **numbers})
