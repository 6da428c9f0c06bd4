"""``@@hoard-check-edit``: a check added, changed or removed in the browser."""

from ...monitoring.checks.interfaces import KINDS
from ...monitoring.interfaces import POLICIES
from ...monitoring.judge.interfaces import DERIVED
from ...monitoring.poller.judging import COUNTS
from ...monitoring.poller.judging import M_OF_N
from ...monitoring.poller.judging import RULES
from ..reading import one
from ..reading import seen
from ..reading import standings
from ..writing import checks
from ..writing.checks import CHANGED
from ..writing.checks import GONE
from .page import Page
from .typed import LABELS
from .typed import LISTS
from .typed import typed
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
import json


KIND_TITLES = {
    "http": _("Web page (http)"),
    "https": _("Web page (https)"),
    "tcp": _("TCP connection"),
    "tls": _("Certificate (TLS)"),
    "dns": _("Name (DNS)"),
    "exec": _("Command (monitoring plugin)"),
    "munin": _("Munin node"),
    "passive": _("Others bring the results (passive)"),
}


POLICY_TITLES = {
    "best": _("The best result"),
    "worst": _("The worst result"),
    "last": _("The last result"),
    M_OF_N: _("m of the last n results (m of n)"),
}


class EditCheck(Page):
    """Adds without ``id``; ``?id=NUMBER`` changes that one."""

    name = "hoard-check-edit"
    index = ViewPageTemplateFile("templates/edit.pt")

    def answer(self):
        self.row = None
        if self.check_id:
            self.row = one.find(self.db, self.check_id)
            if self.row is None or self.row.removed is not None:
                self.tell(GONE, "warning")
                return self.redirect(self.url("hoard-monitoring"))
            if self.row.kind in DERIVED:
                return self.redirect(self.entry_url(self.row))
        return self.index()

    @property
    def current(self):
        # "Add check" is another page than that of a check that is there.
        return "" if self.check_id else self.name

    @property
    def page_title(self):
        row = getattr(self, "row", None)
        if row is None:
            return super().page_title
        return _("Edit “${name}”", mapping={"name": row.title or row.name})

    @property
    def check_id(self):
        return self.number("id", 0)

    def change(self):
        if "remove" in self.request.form:
            checks.remove(self.check_id)
            self.tell(_("The check was removed. Its history is kept."))
            return self.redirect(self.url("hoard-monitoring"))
        row = typed(self.given)
        if self.check_id:
            checks.change(self.check_id, row, mark=self.given("mark") or None)
            number = self.check_id
        else:
            number = checks.add(row)
        self.tell(_("The check was saved. The poller takes it over within seconds."))
        return self.redirect(self.url("hoard-check", number))

    # --- For the template -----------------------------------------------

    @property
    def mark(self):
        """Of what is stored: what is saved later must have seen it."""
        return self.mark_of(seen.of_check(self.db, self.row), CHANGED)

    @property
    def kinds(self):
        return [(kind, KIND_TITLES[kind]) for kind in KINDS]

    def value(self, name):
        """What the field shows: what was typed, else what is stored."""
        if self.request.method == "POST" or self.row is None:
            return self.given(name, "https" if name == "kind" else "")
        if name in LISTS:
            return ", ".join(one.groups(self.db, self.row.id)[LISTS.index(name)])
        if name in RULES:
            regime = one.regime(self.db, self.row.id)
            found = regime._mapping[name] if regime else None
            return "" if found is None else found
        if name == "params":
            params = self.row.params
            return json.dumps(params, indent=1, ensure_ascii=False) if params else ""
        found = self.row._mapping[name]
        if name == "timeout" and found is not None:
            return f"{found:g}"
        return "" if found is None else found

    @property
    def policies(self):
        return [(policy, POLICY_TITLES[policy]) for policy in POLICIES]

    @property
    def counts(self):
        """(name, label) of the numbers that judging takes."""
        return [(name, LABELS[name]) for name in COUNTS]

    @property
    def judged_apart(self):
        """Whether something is judged otherwise than usually, or refused there."""
        names = ("policy", *COUNTS, "reference")
        usual = ("", POLICIES[0], False)
        return any(self.wrong(n) or self.value(n) not in usual for n in names)

    @property
    def group_names(self):
        return [name for name, _title in standings.groups(self.db)]

    def wrong(self, name):
        """The problems of a field."""
        return [text for field, text in self.problems if field == name]

    @property
    def general(self):
        """Problems that belong to no field that is shown."""
        return [text for field, text in self.problems if field not in LABELS]

    def invalid(self, name):
        """The value of ``aria-invalid``, or None."""
        return "true" if self.wrong(name) else None

    def described(self, name, has_help=False):
        """Ids of what describes a field: its error, its help."""
        found = [f"hoard-{name}-error"] if self.wrong(name) else []
        return " ".join([*found, f"hoard-{name}-help"] if has_help else found) or None

    def look(self, name, base="form-control"):
        return f"{base} is-invalid" if self.wrong(name) else base
