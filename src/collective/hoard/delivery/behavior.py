"""The behavior that lets a form tell others of its submissions.

Its value is an attribute of the content, as the definition of the form is, so
that copies, versions, working copies, the REST API and site exports carry it.
It is not part of the definition: that is kept with the submissions for ever,
and a changed address is no new version of the questions.
"""

from .interfaces import IDeliveringForm
from .interfaces import RulesError
from .rules import empty_rules
from .rules import parse_rules
from collective.hoard import _
from plone.autoform import directives
from plone.autoform.interfaces import IFormFieldProvider
from plone.schema import JSONField
from plone.supermodel import model
from zope.interface import Invalid
from zope.interface import provider


class RulesInvalid(Invalid):
    """Rules were refused; the message lists every problem."""


class RulesField(JSONField):
    """A JSON field that holds rules, checked whatever the way in."""

    def _validate(self, value):
        super()._validate(value)
        try:
            parse_rules(value)
        except RulesError as error:
            raise RulesInvalid(str(error)) from error


@provider(IFormFieldProvider)
class IFormRules(model.Schema, IDeliveringForm):
    """What an editor sets about mails and messages."""

    # The rules have an editor of their own; see browser/rules.py.
    directives.omitted("hoard_rules")
    directives.read_permission(hoard_rules="collective.hoard.DesignForm")
    directives.write_permission(hoard_rules="collective.hoard.DesignForm")
    hoard_rules = RulesField(
        title=_("Mails and messages"),
        required=False,
        defaultFactory=empty_rules,
    )
