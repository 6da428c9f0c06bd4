"""Administrators' pages: targets, rules for all forms, limits of mails."""

from ...forms.browser.drawing import draw
from ...forms.browser.drawing import summary
from ...forms.browser.filling import sent
from ...forms.editing import EDITOR_LIMITS
from ...forms.fill import fill
from ...forms.interfaces import Definition
from ...forms.interfaces import Field
from ...forms.interfaces import Fieldset
from ...forms.interfaces import SubmissionRefused
from ...outbox import prepare_target
from ..interfaces import ITargetKind
from ..interfaces import MESSAGE_VERSION
from ..interfaces import NotSent
from ..interfaces import RulesError
from ..settings import get_targets
from ..settings import IDeliverySettings
from ..settings import read
from ..settings import stored_targets
from ..settings import write
from ..stored import fingerprint
from ..target_settings import parse_targets
from .page import GONE
from .page import KEPT
from .page import MEANWHILE
from .page import Page
from .rules import RulesPage
from collective.hoard import _
from datetime import datetime
from datetime import UTC
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import getUtilitiesFor
from zope.component import queryUtility
import re


LIMITS = ("receipts_per_day", "receipts_quote", "attachments_kb")


class TargetsPage(RulesPage):
    """Targets, the rules of the site, and a way to the limits."""

    template = ViewPageTemplateFile("templates/targets.pt")

    def respond(self):
        if self.posted():
            return self._try() if self.text("try") else self._switch()
        return self.template()

    @property
    def site_url(self):
        return self.context.absolute_url()

    def configured(self):
        """Targets with the titles of their kinds; also those that cannot be used."""
        usable = get_targets()
        for data in stored_targets():
            name = f"{data.get('kind')}:{data.get('id')}"
            kind = queryUtility(ITargetKind, str(data.get("kind")))
            yield {
                "name": name,
                "title": data.get("title", name),
                "kind": kind.title if kind else data.get("kind"),
                "enabled": data.get("enabled", True),
                "usable": name in usable,
            }

    def kinds(self):
        found = sorted(getUtilitiesFor(ITargetKind), key=lambda pair: pair[1].order)
        return [(name, kind.title) for name, kind in found]

    def limits(self):
        return [(IDeliverySettings[name].title, read(name, "")) for name in LIMITS]

    def _try(self):
        target = get_targets().get(self.text("try"))
        if target is None:
            self.say(GONE, "warning")
            return self.back()
        kind = queryUtility(ITargetKind, target.kind)
        try:
            self.say(kind.try_it(self.context, target, trial(self.context)))
        except NotSent as error:
            self.say(error.args[0], "error")
        return self.back("targets")


def trial(site):
    """A message that says that it is none."""
    form = {"uid": "", "id": "test", "title": "Test", "path": "/test"}
    return {
        "version": MESSAGE_VERSION,
        "event": "test",
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "form": {**form, "url": site.absolute_url()},
        "submissions": [],
        "submission": None,
    }


class TargetsBase(Page):
    """What the pages of one target share."""

    @property
    def list_url(self):
        return f"{self.context.absolute_url()}/@@hoard-targets"

    @property
    def fingerprint(self):
        return fingerprint(stored_targets())

    def find(self):
        """``(all targets, index)`` of the one that ``name`` names, or None."""
        listed, wanted = stored_targets(), self.text("name")
        for index, data in enumerate(listed):
            if f"{data.get('kind')}:{data.get('id')}" == wanted:
                return listed, index
        return listed, None

    def changed_meanwhile(self):
        return self.text("fingerprint") != self.fingerprint


class TargetPage(TargetsBase):
    """One target, a new one (``kind``) or a present one (``name``)."""

    template = ViewPageTemplateFile("templates/target.pt")

    def respond(self):
        listed, index = self.find()
        if self.text("name") and index is None:
            self.say(GONE, "warning")
            return self.go(self.list_url)
        self.old = listed[index] if index is not None else None
        self.kind_name = self.old["kind"] if self.old else self.text("kind")
        self.kind = queryUtility(ITargetKind, self.kind_name)
        if self.kind is None:
            raise NotFound(self.context, self.kind_name[:80], self.request)
        if self.posted():
            return self._save(listed, index)
        return self._show(self._raw() if self.old else None)

    def _save(self, listed, index):
        raw = sent(self.request.form)
        try:
            data = self._data(fill(self.definition, raw, EDITOR_LIMITS))
            parse_targets([data])
            if index is None:
                listed.append(data)
            else:
                listed[index] = data
            parse_targets(listed)
            if self.changed_meanwhile():
                raise SubmissionRefused({"": KEPT})
        except SubmissionRefused as refused:
            self.errors = refused.errors
        except RulesError as error:
            self.errors = errors_by_input(error.problems)
        else:
            write("targets", listed)
            prepare_target(self.context, f"{data['kind']}:{data['id']}", "messages")
            self.say(_("Saved."))
            return self.go(f"{self.list_url}#targets")
        self.request.response.setStatus(422)
        return self._show(raw)

    def _data(self, values):
        names = {option.id for option in self.kind.options}
        return {
            "id": self.old["id"] if self.old else values.get("id", ""),
            "kind": self.kind_name,
            "title": values.get("title", ""),
            "enabled": values.get("enabled", False),
            "options": {n: v for n, v in values.items() if n in names},
        }

    @property
    def definition(self):
        fields = [Field("title", "text", _("Name"), _("What editors read."), True)]
        if not self.old:
            fields.append(Field("id", "text", _("Short name"), SHORT, True))
        fields += self.kind.options
        fields.append(Field("enabled", "yes_no", _("In use"), UNUSED, False, True))
        return Definition((Fieldset("target", "", "", tuple(fields)),), {})

    def _raw(self):
        values = {**self.old, **self.old.get("options", {})}
        return {
            name: "1" if value is True else "" if value is False else str(value)
            for name, value in values.items()
            if name != "options"
        }

    def _show(self, raw):
        self.groups = draw(self.definition, EDITOR_LIMITS, raw, self.errors)
        self.summary = summary(self.groups, self.errors)
        return self.template()


SHORT = _("Letters, digits, _ and -. It can never be changed later.")
UNUSED = _("What is not in use keeps its messages until it is.")


def errors_by_input(problems):
    """Errors by the names of the inputs, of problems by paths in the targets."""
    found = {}
    for path, message in problems:
        name = re.sub(r"^targets\[[0-9]+\]\.?(options\.)?", "", path)
        found.setdefault(name, message)
    return found


class TargetRemove(TargetsBase):
    """Asks before a target is removed."""

    template = ViewPageTemplateFile("templates/target_remove.pt")

    def respond(self):
        listed, index = self.find()
        if index is None:
            self.say(GONE, "warning")
            return self.go(self.list_url)
        self.target = listed[index]
        if not self.posted():
            return self.template()
        if self.changed_meanwhile():
            self.say(MEANWHILE, "warning")
            return self.go(self.list_url)
        del listed[index]
        write("targets", listed)
        self.say(_("Removed."))
        return self.go(self.list_url)


class MailLimitsPage(TargetsBase):
    """The limits of mails."""

    template = ViewPageTemplateFile("templates/mail_limits.pt")

    def respond(self):
        if not self.posted():
            raw = {name: read(name, "") for name in LIMITS}
            quote = "1" if raw["receipts_quote"] else ""
            return self._show(
                {n: str(v) for n, v in raw.items()} | {"receipts_quote": quote}
            )
        raw = sent(self.request.form)
        try:
            values = fill(self.definition, raw, EDITOR_LIMITS)
        except SubmissionRefused as refused:
            self.errors = refused.errors
            self.request.response.setStatus(422)
            return self._show(raw)
        for name in LIMITS:
            write(name, values[name])
        self.say(_("Saved."))
        return self.go(self.list_url)

    @property
    def definition(self):
        fields = tuple(self._field(name) for name in LIMITS)
        return Definition((Fieldset("limits", "", "", fields),), {})

    def _field(self, name):
        of = IDeliverySettings[name]
        if name == "receipts_quote":
            return Field(name, "yes_no", of.title, of.description)
        bounds = {"min": of.min, "max": of.max}
        return Field(name, "integer", of.title, of.description, True, None, bounds)

    def _show(self, raw):
        self.groups = draw(self.definition, EDITOR_LIMITS, raw, self.errors)
        self.summary = summary(self.groups, self.errors)
        return self.template()
