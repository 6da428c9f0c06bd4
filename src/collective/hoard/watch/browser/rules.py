"""``@@hoard-rules``: rules and alarms, why each is as it is, and who is told."""

from ..reading import entries
from ..reading import rules
from .page import Page
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Rules(Page):
    name = "hoard-rules"
    index = ViewPageTemplateFile("templates/rules.pt")

    def answer(self):
        self.rules = rules.rules(self.db, self.now)
        self.alarms = rules.alarms(self.db, self.now)
        self.contacts, self.policies = (), ()
        if self.may_manage:
            self.contacts, self.policies = entries.roster(self.db)
        self.explained = self.given("explain")
        self.explanation = None
        if self.explained in {rule.name for rule in self.rules}:
            self.explanation = rules.explanation(self.db, self.now, self.explained)
        return self.index()

    def told(self, policy):
        """Names of those whom a policy tells, those of later steps after an arrow."""
        steps = [policy.get("contacts") or []]
        steps += [step.get("contacts") or [] for step in policy.get("steps") or ()]
        return " → ".join(", ".join(names) for names in steps if names)
