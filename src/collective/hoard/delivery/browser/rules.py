"""Pages where rules are listed, made and removed."""

from ...forms.browser.drawing import draw
from ...forms.browser.drawing import summary
from ...forms.browser.filling import sent
from ...forms.design import new_id
from ...forms.editing import EDITOR_LIMITS
from ...forms.interfaces import SubmissionRefused
from ..addresses import recipients
from ..fitting import rule_problems
from ..interfaces import MAIL
from ..interfaces import RECEIPT
from ..interfaces import RulesChanged
from ..interfaces import RulesError
from ..placeholders import SPECIAL
from ..rules import MAX_CONDITIONS
from ..rules import parse_rules
from ..settings import get_mail_limits
from ..settings import get_targets
from ..stored import fingerprint
from .page import GONE
from .page import KEPT
from .page import MEANWHILE
from .page import Page
from .rule_form import condition_rows
from .rule_form import errors_by_input
from .rule_form import EVENTS
from .rule_form import rule_definition
from .rule_form import rule_from_raw
from .rule_form import rule_to_raw
from .stores import FormStore
from .stores import SiteStore
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


KINDS = {
    MAIL: _("Mail to people you name"),
    RECEIPT: _("Receipt to who sent the form"),
}


class Delivers(Page):
    """Found where a form has rules; the condition of its tab."""

    def respond(self):
        return True


class RulesBase(Page):
    """What the pages of rules share."""

    @property
    def store(self):
        is_site = not hasattr(self.context.aq_base, "hoard_definition")
        return SiteStore(self.context) if is_site else FormStore(self.context)

    @property
    def fingerprint(self):
        return fingerprint(self.store.data())

    def back(self, anchor=""):
        return self.go(
            f"{self.store.list_url}#{anchor}" if anchor else self.store.list_url
        )

    def find(self, id):
        """``(data, index)`` of a rule, ``(data, None)`` if there is none."""
        data = self.store.data()
        for index, rule in enumerate(data["rules"]):
            if rule.get("id") == id:
                return data, index
        return data, None

    def target_titles(self):
        """``{name: title}`` of all that a rule may have as target."""
        configured = {name: t.title for name, t in get_targets().items()}
        mails = {} if self.store.site_wide else {RECEIPT: KINDS[RECEIPT]}
        return {MAIL: KINDS[MAIL], **mails, **configured}

    def problems_of(self, rule):
        store = self.store
        if store.definition is None and not store.site_wide:
            return []
        limits, targets = get_mail_limits(), get_targets()
        return list(rule_problems(rule, store.definition, limits, targets))


class RulesPage(RulesBase):
    """All rules of a form."""

    list_template = ViewPageTemplateFile("templates/rule_list.pt")

    template = ViewPageTemplateFile("templates/rules.pt")

    def respond(self):
        if self.posted():
            return self._switch()
        return self.template()

    @property
    def lists(self):
        return self.list_template

    def _switch(self):
        data, index = self.find(self.text("switch"))
        if index is None:
            self.say(GONE, "warning")
            return self.back()
        rule = data["rules"][index]
        rule["enabled"] = not rule.get("enabled", True)
        try:
            self.store.save(data, self.text("fingerprint"))
        except RulesChanged:
            self.say(MEANWHILE, "warning")
        except RulesError as error:
            self.say(error.problems[0][1], "error")
        return self.back(f"r-{rule['id']}")

    def rules(self):
        """A dict for each rule, as the list shows it."""
        titles = self.target_titles()
        return [self._shown(rule, titles) for rule in self._parsed()]

    def _parsed(self):
        try:
            return parse_rules(self.store.data(), self.store.site_wide)
        except RulesError as error:
            self.unusable = error.problems[:5]
            return ()

    unusable = ()

    def _shown(self, rule, titles):
        return {
            "id": rule.id,
            "title": rule.title or titles.get(rule.target, rule.target),
            "target": titles.get(rule.target, rule.target),
            "events": [EVENTS[event] for event in rule.events],
            "conditions": len(rule.conditions),
            "enabled": rule.enabled,
            "recipients": self._recipients(rule),
            "problems": [text for _path, text in self.problems_of(rule)],
        }

    def _recipients(self, rule):
        if rule.target != MAIL or self.store.site_wide:
            return []
        return recipients(self.context, rule.mail)

    def told_nobody(self, shown):
        return shown["target"] == KINDS[MAIL] and not shown["recipients"]

    def targets(self):
        return list(self.target_titles().items())


class RulePage(RulesBase):
    """One rule, a new one (``target``) or a present one (``id``)."""

    template = ViewPageTemplateFile("templates/rule.pt")

    def respond(self):
        self.rule_id = self.text("id")
        data, index = self.find(self.rule_id)
        if self.rule_id and index is None:
            self.say(GONE, "warning")
            return self.back()
        self.old = data["rules"][index] if self.rule_id else None
        self.target = self.old["target"] if self.old else self.text("target")
        if not self.old and self.target not in self.target_titles():
            raise NotFound(self.context, self.target[:80], self.request)
        if self.posted():
            return self._save(data, index)
        return self._show(rule_to_raw(self.old) if self.old else None)

    @property
    def target_title(self):
        return self.target_titles().get(self.target, self.target)

    def _save(self, data, index):
        raw = sent(self.request.form)
        definition = self._definition(raw)
        try:
            rule = rule_from_raw(definition, raw, self._id(data, raw), self.target)
            if index is None:
                data["rules"].append(rule)
            else:
                data["rules"][index] = rule
            self._check(data, rule)
            self.store.save(data, self.text("fingerprint"))
        except SubmissionRefused as refused:
            self.errors = refused.errors
        except RulesChanged:
            self.errors = {"": KEPT}
        except RulesError as error:
            self.errors = errors_by_input(error.problems, raw)
        else:
            self.say(_("Saved."))
            return self.back(f"r-{rule['id']}")
        self.request.response.setStatus(422)
        return self._show(raw)

    def _check(self, data, wanted):
        """:raises RulesError: also for what does not go with the form."""
        one = {**data, "rules": [wanted]}
        (rule,) = parse_rules(one, self.store.site_wide)
        problems = self.problems_of(rule)
        if problems:
            raise RulesError(problems)

    def _id(self, data, raw):
        if self.old:
            return self.rule_id
        taken = {rule.get("id") for rule in data["rules"]}
        return new_id(str(raw.get("title") or self.target)[:30], taken)

    def _definition(self, raw):
        store = self.store
        rows = min(max(condition_rows(raw or {}), default=0), MAX_CONDITIONS)
        return rule_definition(self.target, store.definition, rows, store.forms())

    def _show(self, raw):
        definition = self._definition(raw)
        self.groups = draw(definition, EDITOR_LIMITS, raw, self.errors)
        self.summary = summary(self.groups, self.errors)
        return self.template()

    def placeholders(self):
        """``(placeholder, meaning)`` for the help below the form."""
        form = self.store.definition
        fields = [(f.id, f.title) for f in form.fields] if form else []
        return [(f"${{{name}}}", text) for name, text in [*fields, *SPECIAL.items()]]

    @property
    def is_mail(self):
        return self.target in (MAIL, RECEIPT)


class RuleRemove(RulesBase):
    """Asks before a rule is removed."""

    template = ViewPageTemplateFile("templates/rule_remove.pt")

    def respond(self):
        data, index = self.find(self.text("id"))
        if index is None:
            self.say(GONE, "warning")
            return self.back()
        self.rule = data["rules"][index]
        if not self.posted():
            return self.template()
        del data["rules"][index]
        try:
            self.store.save(data, self.text("fingerprint"))
        except RulesChanged:
            self.say(MEANWHILE, "warning")
        except RulesError as error:
            self.say(error.problems[0][1], "error")
        else:
            self.say(_("Removed."))
        return self.back()

    @property
    def title(self):
        titles = self.target_titles()
        return self.rule.get("title") or titles.get(self.rule["target"], "")
