"""Where a string stands: which attribute of which class, as key or value."""

from .rules import Rule
from .rules import Treatment


NO_RULE = Rule()
FIXED_BYTES = Treatment("bytes", "by position")
# Names of classes, attributes and databases are text whatever they hold.
FIXED_TEXT = Treatment("latin-1", "by position")


class Place:
    """A position for strings and containers, with the rules that hold there."""

    __slots__ = ("class_name", "attribute", "rule", "role", "_below")

    def __init__(self, class_name="", attribute="", rule=NO_RULE, role="value"):
        self.class_name = class_name
        self.attribute = attribute
        self.rule = rule
        self.role = role
        self._below = {}

    @property
    def ruled(self):
        return self.rule != NO_RULE

    @property
    def name(self):
        """What a vote is counted for, and a report shows."""
        return self.class_name, self.attribute

    def _with(self, role, treatment):
        place = self._below.get(role)
        if place is None:
            rule = Rule(becomes=treatment) if treatment else NO_RULE
            place = Place(self.class_name, self.attribute, rule, role)
            self._below[role] = place
        return place

    @property
    def key(self):
        """For the keys of a mapping that stands here."""
        treatment = self.rule.keys
        if treatment is None and self.rule.becomes is not None:
            # "bytes" for an attribute that holds a mapping means its values.
            if self.rule.becomes.kind != "bytes":
                treatment = self.rule.becomes
        return self._with("key", treatment)

    @property
    def value(self):
        """For the values of a mapping that stands here."""
        return self._with("mapped", self.rule.values or self.rule.becomes)

    @property
    def item(self):
        """For the items of a list or tuple that stands here."""
        if self.role in ("key", "mapped", "item") and not self.rule.reaches:
            return self
        return self._with("item", self.rule.values or self.rule.becomes)

    @property
    def member(self):
        """For the members of a set that stands here."""
        rule = self.rule
        return self._with("member", rule.keys or rule.values or rule.becomes)


class Places:
    """Hands out places, one object per class and attribute."""

    def __init__(self, rules):
        self._rules = rules
        self._known = {}
        self.nowhere = Place()
        self.reference = Place("", "", Rule(becomes=FIXED_BYTES))
        self.naming = Place("", "", Rule(becomes=FIXED_TEXT))

    def of(self, class_name, attribute):
        key = class_name, attribute
        place = self._known.get(key)
        if place is None:
            rule = self._rules.find(class_name, attribute) or NO_RULE
            place = self._known[key] = Place(class_name, attribute, rule)
        return place

    def reached(self, class_name, attribute, rule):
        """A place with the rule of an attribute that refers here."""
        return Place(class_name, attribute, rule)
