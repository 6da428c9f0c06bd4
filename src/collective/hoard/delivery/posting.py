"""From an event of a form to messages in the outbox, in the same transaction."""

from ..outbox import send_to_all
from .conditions import passes
from .interfaces import MAIL
from .interfaces import RECEIPT
from .interfaces import RulesError
from .ordering import mail_order
from .payload import occasion as make_occasion
from .rules import in_words
from .settings import get_site_rules
from .settings import get_targets
from .stored import get_rules
from zope.component.hooks import getSite
import logging


logger = logging.getLogger(__name__)

#: Targets whose messages are mails.
PEOPLE = (MAIL, RECEIPT)


def submission_added(form, event):
    post(form, event.form_uid, "added", event.keys)


def submission_changed(form, event):
    post(form, event.form_uid, "changed", event.keys)


def submissions_removed(form, event):
    post(form, event.form_uid, "removed", event.keys)


def post(form, form_uid, event, keys):
    """Put what the rules say about an event into the outbox.

    Rules that cannot be used keep nobody from sending a form: they are logged,
    and shown where they are edited.
    """
    rules = [
        rule
        for rule in rules_for(form, form_uid)
        if rule.enabled and event in rule.events
    ]
    occasion = make_occasion(form, form_uid, event, keys) if rules else None
    if occasion is None:
        return
    fields = {id: c.field for id, c in (occasion.columns or {}).items()}
    rules = [rule for rule in rules if passes(rule, fields, occasion.values)]
    # Rules of the form and of the site may name the same target: it is told once
    # of each event.
    names = {rule.target: rule.id for rule in rules if rule.target not in PEOPLE}
    targets = _there(names) if names else []
    writing = [rule for rule in rules if rule.target in PEOPLE]
    order = mail_order(writing, form, occasion) if writing else None
    if order:
        targets.append(MAIL)
    if targets:
        send_to_all(getSite(), targets, occasion.payload, order)


def rules_for(form, uid):
    """The rules of *form* and those of the site that hold for it."""
    own = _usable(lambda: get_rules(form), f"of form {uid}")
    everywhere = _usable(get_site_rules, "of the site")
    return [*own, *(r for r in everywhere if not r.forms or uid in r.forms)]


def _usable(get, whose):
    try:
        return get()
    except RulesError as error:
        logger.error("the rules %s are not usable: %s", whose, in_words(error))
        return ()


def _there(names):
    """Those of *names*, ``{target: id of a rule}``, that are there."""
    known = get_targets()
    for name in names:
        if name not in known:
            logger.warning("rule %s: there is no target %s", names[name], name)
    return [name for name in names if name in known]
