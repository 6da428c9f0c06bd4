"""The rules of a form, an attribute of the content."""

from .interfaces import RulesChanged
from .remembering import Remembered
from .rules import empty_rules
from .rules import parse_rules
from copy import deepcopy
from zope.lifecycleevent import modified
import hashlib
import json


def stored_rules(form):
    """The plain data of the rules, the caller's to change."""
    return deepcopy(_stored(form))


def get_rules(form):
    """The `Rule` tuple of *form*.

    :raises RulesError:
    """
    return _rules(form._p_oid, _stored(form))


_rules = Remembered(parse_rules)


def _stored(form):
    # Not by getattr: for a form that never had rules, content would make the
    # schema's default anew, and check it, with each submission.
    form._p_activate()
    return vars(form.aq_base).get("hoard_rules") or _NONE


_NONE = empty_rules()


def fingerprint(data):
    """A short text that differs when *data* does."""
    text = json.dumps(data, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def set_rules(form, data, expected=None):
    """Check *data* and make it the rules of *form*.

    :param expected: the `fingerprint` the caller has seen, if it matters.
    :raises RulesError, RulesChanged: nothing is stored.
    """
    if expected is not None and expected != fingerprint(stored_rules(form)):
        raise RulesChanged()
    parse_rules(data)
    form.hoard_rules = deepcopy(data)
    modified(form)
