"""Routing keys and topics: templates whose values stay within one word.

What a visitor typed must not open another level or act as a wildcard.
"""

from .placeholders import expand
from .placeholders import SPECIAL
from .placeholders import template_problem
from collective.hoard import _
import re


#: Everything else becomes "_": dots and slashes part words, * # + match many,
#: $ begins topics of the broker, and no control character belongs there.
NOT_IN_WORDS = re.compile(r"[^\w-]", re.UNICODE)
MAX_WORD = 60
#: Bytes; the most that AMQP can carry.
MAX_KEY = 255
EMPTY = "none"
#: What a message of any form has; fields may be used too.
NAMES = {name for name in SPECIAL if name.partition(":")[0] in ("form", "submission")}
NAMES -= {"submission:answers", "submission:url", "form:url"}


def route(template, data, limit=MAX_KEY):
    """*template* filled from *data*, a payload; at most *limit* bytes."""
    text = expand(template, lambda name: word(value_in(data, name)))
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")


def word(value):
    """*value* as one word of a routing key, or one level of a topic."""
    if isinstance(value, (list, tuple)):
        value = "-".join(map(str, value))
    if value is None or isinstance(value, dict):
        return EMPTY
    return NOT_IN_WORDS.sub("_", str(value).strip())[:MAX_WORD] or EMPTY


def value_in(data, name):
    """What the placeholder *name* means in a payload; None for nothing."""
    submission = data.get("submission") or {}
    group, colon, key = name.partition(":")
    if not colon:
        return submission.get("values", {}).get(name)
    if name == "submission:event":
        return data["event"]
    if name == "submission:time":
        return data["time"]
    if name == "submission:id":
        return ",".join(data["submissions"])
    return data["form"].get(key) if group == "form" else None


def route_problem(template, separator, wildcards):
    """What is wrong with the template of a routing key or topic, or None."""
    problem = template_problem(template)
    if problem:
        return problem
    literal = expand(template, lambda name: "x")
    if any(c in literal for c in wildcards) or not literal.isprintable():
        return _(
            "Must not have any of: ${characters}",
            mapping={"characters": " ".join(wildcards)},
        )
    if len(literal.encode("utf-8")) > MAX_KEY:
        return _("Is longer than ${limit} characters.", mapping={"limit": MAX_KEY})
    if separator and (literal.startswith(separator) or separator * 2 in literal):
        return _(
            "Has an empty part: look at each “${separator}”.",
            mapping={"separator": separator},
        )
    return None
