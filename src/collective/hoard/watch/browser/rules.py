"""``@@hoard-rules``: rules and alarms, and why each is as it is."""

from ..reading import rules
from .page import Page
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Rules(Page):
    name = "hoard-rules"
    index = ViewPageTemplateFile("templates/rules.pt")

    def answer(self):
        self.rules = rules.rules(self.db, self.now)
        self.alarms = rules.alarms(self.db, self.now)
        self.explained = self.given("explain")
        self.explanation = None
        if self.explained in {rule.name for rule in self.rules}:
            self.explanation = rules.explanation(self.db, self.now, self.explained)
        return self.index()
