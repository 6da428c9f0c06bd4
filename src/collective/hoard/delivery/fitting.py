"""Does a rule go with its form, and with the targets that there are?"""

from .conditions import condition_problem
from .interfaces import MAIL
from .interfaces import RECEIPT
from .placeholders import SPECIAL
from .placeholders import template_problem
from collective.hoard import _


#: Kinds of field in which a stranger cannot write what he likes.
TAME = ("integer", "decimal", "yes_no", "one_of", "many_of", "date", "date_time")


def rule_problems(rule, definition, limits, targets=None):
    """``(name, message)`` for what in *rule* does not go with the form.

    :param definition: of the form; None for a site-wide rule, whose fields may
        be those of any form.
    :param targets: names of the targets that may be used; None for any.
    """
    fields = {f.id: f for f in definition.fields} if definition else None
    if targets is not None and rule.target not in (MAIL, RECEIPT, *targets):
        yield "target", _("There is no such target. An administrator adds them.")
    for number, condition in enumerate(rule.conditions):
        problem = _about_field(condition, fields)
        if problem:
            yield f"conditions[{number}]", problem
    if rule.mail:
        yield from _mail_problems(rule, fields, limits)


def _about_field(condition, fields):
    if fields is None:
        return None
    field = fields.get(condition.field)
    if field is None:
        return _("There is no such field in the form.")
    return condition_problem(condition, field)


def _mail_problems(rule, fields, limits):
    mail, receipt = rule.mail, rule.target == RECEIPT
    allowed = None if fields is None else {*fields, *SPECIAL}
    wild = wild_fields(fields)
    in_subject = wild if receipt else ()
    in_text = wild if receipt and not limits.receipts_quote else ()
    problem = template_problem(mail.subject, allowed, in_subject)
    if problem:
        yield "mail.subject", problem
    problem = template_problem(mail.text, allowed, in_text)
    if problem:
        yield "mail.text", problem
    if mail.address_field and fields is not None:
        field = fields.get(mail.address_field)
        if field is None or field.kind != "email":
            yield (
                "mail.address_field",
                _("There is no such field for an e-mail address in the form."),
            )


def wild_fields(fields):
    """Ids of the fields in which a visitor can write anything. For site-wide
    rules (None) an object that has every name."""
    if fields is None:
        return _Every()
    return {id for id, field in fields.items() if field.kind not in TAME}


class _Every:
    def __contains__(self, name):
        return name not in SPECIAL
