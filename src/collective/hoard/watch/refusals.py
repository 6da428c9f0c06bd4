"""What the poller's side refuses in plain English, as messages people read in theirs.

`monitoring` knows no Zope and no translation. What editors meet in forms is listed
here; a test provokes each of them, so that none falls behind what is really said.
"""

from collective.hoard import _
from functools import cache
from zope.i18nmessageid import Message
import re


#: Nothing in them changes.
FIXED = (
    _("A JSON rule has path and some of equals, matches, metric, unit, warn, crit,"
      " optional."),
    _("A TCP check needs a port."),
    _("A DNS check needs the name that is asked for."),
    _("A check is an object with kind, address and host."),
    _("A check needs a name, a host or an address."),
    _("A pattern is longer than 1,000 characters."),
    _("Only managers' checks may run commands."),
    _("The address of a DNS check is the IP of a name server."),
    _("The check needs an address or a name."),
    _("The port must be between 1 and 65535."),
    _("Write env:NAME or file:/path for a secret."),
    _("optional of a JSON rule is true or false."),
    _("params must be names with values."),
    _("path must begin with / and hold no blanks."),
    _("thresholds must be paths with warn and crit."),
    _("timeout must be a number of seconds."),
    _("title must be a line of text of up to 500 characters."),
)  # fmt: skip
#: Some words of them change. The first that fits is taken.
CHANGING = (
    _("${key} must be a list of names, and not empty."),
    _("${key} must be a list of up to ${most} names."),
    _("${key} must be a list of texts."),
    _("${key} must be a list of mappings."),
    _("${key} must be names with texts."),
    _("${key} must be short texts."),
    _("${key} of a JSON rule must be a text."),
    _("${key} must be a text of up to 500 characters; it is longer than ${most}"
      " characters."),
    _("${key} must be a text of up to 500 characters; it holds a control character."),
    _("${key} must be a text of up to 500 characters."),
    _("${key} must be a text."),
    _("${key} must be a number."),
    _("${key} must be a whole number from ${least} to ${most} (${days} days)."),
    _("${key} must be a whole number from ${least} to ${most}."),
    _("${key} must be between ${least} and ${most}."),
    _("${key} must be true or false."),
    _("${key} must be one of: ${choices}."),
    _("${key} must be up to ${most} characters."),
    _("${key} has more than ${most} entries."),
    _("${key} is longer than ${most} characters."),
    _("${key} holds a NUL character."),
    _("Unknown keys: ${names}."),
    _("Unknown parameters: ${names}."),
    _("The time-out must be up to ${most} seconds."),
    _("${host} is neither a host name nor an IP address."),
    _("${name} is an address; a DNS check asks for a name."),
    _("${name} is not a header with one line of text."),
    _("${codes} is not a range of status codes: write 200-399 or 404."),
    _("${path} is not a JSON path: write $.state, pools[0].size or [\"a.b\"]."),
    _("The threshold of ${path} has warn and crit only."),
    _("The threshold of ${path} must be a text: '10:20'."),
    _("The threshold ${text} ends before it begins."),
    _("${text} is not a threshold: write 10, 10:, ~:10, 10:20 or @10:20."),
    _("The pattern ${text} cannot be used: ${why}. Look-ahead, look-behind and"
      " back-references are not available."),
    _("Only managers' checks may use the secret ${reference}."),
    _("The secret ${reference} is not in the setting checks.secrets."),
    _("m and n belong to the policy ${policy} alone."),
    _("The policy ${policy} needs m and n, and m not above n."),
    _("${address} is not an address of a web site."),
    _("${address} is not an address: ${why}."),
    _("${name} is there twice."),
    _("Maintenance ${title} ends before it begins."),
    _("Maintenance ${title} is before 1970 or too far."),
    _("Maintenance ${title} never comes: no day is as ${recurrence} wants it."),
    _("Maintenance ${title} lasts longer than it takes until it comes again: let it"
      " end earlier, or come less often."),
    _("Maintenance ${title}: at most hourly, one line."),
    _("Maintenance ${title}: ${recurrence} is not a recurrence (${why}); write"
      " FREQ=WEEKLY;BYDAY=SU, with UNTIL=20271231T235959 in local time."),
    _("${text} ends before it begins."),
    _("${zone} is not a time zone; one is named like Europe/Berlin."),
)  # fmt: skip

_BY_TEXT = {str(message): message for message in FIXED}
_PART = re.compile(r"\\\$\\\{(\w+)\\\}")


def said(text):
    """*text*, as a message where it is known; other texts as they are."""
    if isinstance(text, Message):
        return text
    if text in _BY_TEXT:
        return _BY_TEXT[text]
    for form, message in _forms():
        if found := form.fullmatch(text):
            return Message(message, mapping=found.groupdict())
    return text


@cache
def _forms():
    """``[(regular expression, message)]`` of `CHANGING`."""
    return [
        (re.compile(_PART.sub(r"(?P<\1>.+?)", re.escape(message)), re.DOTALL), message)
        for message in CHANGING
    ]
