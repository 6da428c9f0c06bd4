"""The page where a rule is tried."""

from ..interfaces import NotSent
from ..interfaces import RulesError
from ..rules import parse_rules
from ..trial import preview
from ..trial import try_rule
from .page import GONE
from .rules import RulesBase
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
import json


class RuleTrial(RulesBase):
    """What a rule would send, and a button that sends it now."""

    template = ViewPageTemplateFile("templates/rule_trial.pt")
    result = None

    def respond(self):
        _data, index = self.find(self.text("id"))
        try:
            rules = parse_rules(self.store.data())
        except RulesError:
            index = None
        if index is None:
            self.say(GONE, "warning")
            return self.back()
        self.rule = rules[index]
        self.trial = preview(self.context, self.rule)
        if self.posted():
            self._try()
        return self.template()

    @property
    def as_json(self):
        return json.dumps(self.trial, ensure_ascii=False, indent=2)

    def _try(self):
        try:
            self.result = ("success", try_rule(self.context, self.rule, self.trial))
        except NotSent as error:
            # With status 200: proxies put pages of their own in place of errors.
            self.result = ("danger", error.args[0])

    @property
    def title(self):
        titles = self.target_titles()
        return self.rule.title or titles.get(self.rule.target, self.rule.target)
