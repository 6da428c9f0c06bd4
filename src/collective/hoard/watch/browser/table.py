"""``@@hoard-checks-import``: many checks from a CSV file, looked at before."""

from ..interfaces import Refused
from ..subscribers import reconcile
from ..writing import checks
from ..writing.table import COLUMNS
from ..writing.table import read_table
from .page import Page
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


SHOWN = 500
EMPTY = _("Choose a file, or paste its lines.")
NOT_UTF8 = _("The file is not UTF-8. Save it as “CSV UTF-8”.")


class ImportChecks(Page):
    name = "hoard-checks-import"
    index = ViewPageTemplateFile("templates/import.pt")

    lines, text = None, ""
    #: What comparing did, and of which items no check can be made.
    compared, unwatchable = "", ()

    def change(self):
        """Show what would happen; with ``confirm`` let it happen."""
        if "reconcile" in self.request.form:
            return self._reconcile()
        self.text = self._text()
        numbered, problems = read_table(self.text)
        rows = [row for _number, row in numbered]
        if "confirm" in self.request.form and not problems:
            saved = checks.save_all(rows)
            done = _(
                "${added} checks were added, ${changed} changed.",
                mapping={"added": saved.added, "changed": saved.changed},
            )
            self.tell(done)
            return self.redirect(self.url("hoard-monitoring"))
        found = [
            (numbered[place - 1][0], name, action, problem)
            for place, name, action, problem in checks.preview(rows)
        ]
        found += [(number, "", "refused", text) for number, text in problems]
        self.lines = sorted(found, key=lambda line: (line[2] != "refused", line[0]))
        return None

    def _reconcile(self):
        done = reconcile(self.context)
        told = _(
            "${kept} items are watched; ${changed} checks were changed, ${dropped} "
            "ended.",
            mapping={
                "kept": done.kept,
                "changed": done.changed,
                "dropped": done.dropped,
            },
        )
        if not done.refused:
            self.tell(told)
            return self.redirect(self.url())
        self.compared, self.unwatchable = told, done.refused
        return None

    def _text(self):
        upload = self.request.form.get("file")
        data = upload.read() if hasattr(upload, "read") else b""
        if not data:
            text = self.given("text")
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise Refused([("", NOT_UTF8)]) from error
        if not text.strip():
            raise Refused([("", EMPTY)])
        return text

    @property
    def shown(self):
        return (self.lines or [])[:SHOWN]

    @property
    def counts(self):
        """``{action: how many}``"""
        found = dict.fromkeys(("add", "change", "refused"), 0)
        for _number, _name, action, _problem in self.lines or ():
            found[action] += 1
        return found

    columns, most = ", ".join(COLUMNS), SHOWN
