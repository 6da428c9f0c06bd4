"""Templates: text with ``${name}`` where something of the submission goes.

A name is the id of a field, or one of `SPECIAL`; those have a colon, which no
field id has. There is nothing else in the language: no code, no formats.
"""

from collective.hoard import _
import re


PLACEHOLDER = re.compile(r"\$\{([a-z][a-z0-9_]*(?::[a-z]+)?)\}")
#: What looks like a placeholder and is none, so that a slip does not go out.
NEARLY = re.compile(r"\$\{[^}\n]{0,80}\}?")
ANSWERS = "submission:answers"
SPECIAL = {
    ANSWERS: _("all answers"),
    "submission:id": _("number of the submission"),
    "submission:url": _("address of the submission, for those who may see it"),
    "submission:time": _("when it was sent"),
    "submission:event": _("what happened: added, changed or removed"),
    "form:title": _("title of the form"),
    "form:url": _("address of the form"),
    "form:id": _("short name of the form"),
    "form:uid": _("UID of the form"),
    "site:title": _("title of the site"),
}


def parts(template):
    """Yield ``(literal, name)`` in order; one of the two is None."""
    end = 0
    for found in PLACEHOLDER.finditer(template):
        if found.start() > end:
            yield template[end : found.start()], None
        yield None, found.group(1)
        end = found.end()
    if end < len(template):
        yield template[end:], None


def expand(template, value_of):
    """*template* with ``value_of(name)``, a str, in place of each placeholder."""
    return "".join(
        literal if name is None else value_of(name) for literal, name in parts(template)
    )


def names(template):
    """The names that *template* uses, in order."""
    return [name for _literal, name in parts(template) if name is not None]


def template_problem(template, allowed=None, refused=()):
    """What is wrong with *template*, or None.

    :param allowed: names it may use; None for any.
    :param refused: names it must not use where they could be used otherwise.
    """
    used = names(template)
    for found in NEARLY.findall(PLACEHOLDER.sub("", template)):
        return _(
            "${found} is not a placeholder. One looks like ${example}.",
            mapping={"found": found, "example": "${name}"},
        )
    for name in used:
        if name in refused:
            return _(
                "${name} must not be used here: strangers could write what they like "
                "into a mail that comes from you.",
                mapping={"name": f"${{{name}}}"},
            )
        if allowed is not None and name not in allowed:
            return _(
                "There is no field ${name} in the form, and no such placeholder.",
                mapping={"name": f"${{{name}}}"},
            )
    return None
