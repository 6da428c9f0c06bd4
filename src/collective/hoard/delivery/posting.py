"""From an event of a form to messages in the outbox, in the same transaction."""

from ..outbox import send
from ..outbox import send_to_all
from .conditions import passes
from .interfaces import MAIL
from .interfaces import RECEIPT
from .interfaces import RulesError
from .mails import mails
from .payload import occasion as make_occasion
from .receipts import may_have_receipt
from .rules import in_words
from .settings import get_mail_limits
from .settings import get_site_rules
from .settings import get_target
from .stored import get_rules
from plone.uuid.interfaces import IUUID
from zope.component.hooks import getSite
import logging


logger = logging.getLogger(__name__)

#: Targets whose messages are mails.
PEOPLE = (MAIL, RECEIPT)


def submission_added(form, event):
    post(form, "added", event.keys)


def submission_changed(form, event):
    post(form, "changed", event.keys)


def submissions_removed(form, event):
    post(form, "removed", event.keys)


def post(form, event, keys):
    """Put what the rules say about an event into the outbox.

    Rules that cannot be used keep nobody from sending a form: they are logged,
    and shown where they are edited.
    """
    rules = [rule for rule in rules_for(form) if rule.enabled and event in rule.events]
    occasion = make_occasion(form, event, keys) if rules else None
    if occasion is None:
        return
    fields = {id: c.field for id, c in (occasion.columns or {}).items()}
    rules = [rule for rule in rules if passes(rule, fields, occasion.values)]
    for rule in rules:
        if rule.target in PEOPLE:
            _mail(rule, occasion)
    # Rules of the form and of the site may name the same target: it is told once
    # of each event.
    names = {rule.target: rule for rule in rules if rule.target not in PEOPLE}
    targets = [name for name, rule in names.items() if _is_there(rule)]
    if targets:
        send_to_all(getSite(), targets, occasion.payload)


def rules_for(form):
    """The rules of *form* and those of the site that hold for it."""
    uid = IUUID(form)
    own = _usable(lambda: get_rules(form), f"of form {uid}")
    everywhere = _usable(get_site_rules, "of the site")
    return [*own, *(r for r in everywhere if not r.forms or uid in r.forms)]


def _usable(get, whose):
    try:
        return get()
    except RulesError as error:
        logger.error("the rules %s are not usable: %s", whose, in_words(error))
        return ()


def _mail(rule, occasion):
    site = getSite()
    for body in mails(rule, occasion, get_mail_limits()):
        if _is_allowed(rule, body["to"], occasion):
            send(site, MAIL, body)


def _is_there(rule):
    if get_target(rule.target) is None:
        logger.warning("rule %s: there is no target %s", rule.id, rule.target)
        return False
    return True


def _is_allowed(rule, address, occasion):
    if rule.target != RECEIPT:
        return True
    limit = get_mail_limits().receipts_per_day
    allowed = may_have_receipt(getSite(), address, occasion.time, limit)
    if not allowed:
        logger.info("form %s: no receipt, the address had enough", rule.id)
    return allowed
