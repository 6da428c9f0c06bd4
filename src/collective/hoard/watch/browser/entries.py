"""``@@hoard-rules-edit``: rules, and who is told what, written down in the browser."""

from ..reading import entries as reading
from ..reading import seen
from ..writing import entries as writing
from .page import Page
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


EXAMPLE = """\
[[rule]]
name = "shop"
title = "The shop"
expression = "up(group:app) >= 80 %"

[[contact]]
name = "anna"
channel = "mail"
address = "anna@example.org"

[[policy]]
name = "everything"
contacts = ["anna"]
"""
GONE = _("There is no ${kind} “${name}” any more.")
KINDS = {
    "rule": _("rule"),
    "alarm": _("alarm"),
    "contact": _("contact"),
    "policy": _("policy"),
}


class EditEntries(Page):
    """An empty text; ``?kind=rule&name=shop`` shows that entry, ``?all=1`` all."""

    name = "hoard-rules-edit"
    page_title = _("Rules, alarms and contacts")
    index = ViewPageTemplateFile("templates/entries.pt")
    example = EXAMPLE
    explanation = None

    def answer(self):
        self.text = self.given("text") or self._stored()
        if self.text is None and self.problems:
            self.text = ""
        if self.text is None:
            words = {"kind": KINDS.get(self.given("kind"), ""), "name": self.entry_name}
            self.tell(_(GONE, mapping=words), "warning")
            return self.redirect(self.url("hoard-rules"))
        return self.index()

    @property
    def entry_name(self):
        return self.given("name")

    def _stored(self):
        if "all" in self.request.form:
            return reading.everything(self.db)
        if not self.entry_name:
            return ""
        return reading.one(self.db, self.given("kind"), self.entry_name)

    @property
    def opened(self):
        """What the form began with: ``kind:name``, ``:`` for all of it, or empty."""
        if "all" in self.request.form:
            return ":"
        name = self.entry_name
        return f"{self.given('kind')}:{name}" if name else self.given("opened")

    @property
    def mark(self):
        """Of what is stored of it."""
        kind, _colon, name = self.opened.partition(":")
        return self.mark_of(seen.of_entries(self.db, kind, name), writing.CHANGED)

    def _save(self):
        kind, colon, name = self.opened.partition(":")
        begun = (kind, name, self.given("mark")) if colon else None
        writing.save(self.given("text"), begun)

    def change(self):
        if "remove" in self.request.form:
            writing.remove(self.given("kind"), self.entry_name)
            self.tell(_("“${name}” was removed.", mapping={"name": self.entry_name}))
        elif "preview" in self.request.form:
            self.explanation = writing.preview(self.given("text"))
            return None
        else:
            self._save()
            self.tell(_("It was saved. The poller takes it over within seconds."))
        return self.redirect(self.url("hoard-rules"))
