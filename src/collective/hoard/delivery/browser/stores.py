"""Where rules are kept: with a form, or for the site. The same pages edit both."""

from ...forms.behavior import get_definition
from ...forms.interfaces import DefinitionError
from ...forms.interfaces import IHoardForm
from ...outbox import prepare_target
from ..interfaces import MAIL
from ..interfaces import RECEIPT
from ..interfaces import RulesChanged
from ..rules import parse_rules
from ..settings import get_targets
from ..settings import stored_site_rules
from ..settings import write
from ..stored import fingerprint
from ..stored import set_rules
from ..stored import stored_rules
from Products.CMFCore.utils import getToolByName
from zope.component.hooks import getSite


class FormStore:
    """The rules of one form."""

    site_wide = False

    def __init__(self, form):
        self._form = form
        self.list_url = f"{form.absolute_url()}/@@hoard-rules"
        self.rule_url = f"{form.absolute_url()}/@@hoard-rule"

    @property
    def definition(self):
        """Of the form; None where a newer version wrote it."""
        try:
            return get_definition(self._form)
        except DefinitionError:
            return None

    def data(self):
        return stored_rules(self._form)

    def save(self, data, expected):
        """:raises RulesError, RulesChanged: nothing is stored."""
        set_rules(self._form, data, expected)
        prepare(data)

    def forms(self):
        return []


class SiteStore:
    """The rules of the site."""

    site_wide = True
    definition = None

    def __init__(self, site):
        self._site = site
        self.list_url = f"{site.absolute_url()}/@@hoard-targets"
        self.rule_url = f"{site.absolute_url()}/@@hoard-site-rule"

    def data(self):
        return stored_site_rules()

    def save(self, data, expected):
        """:raises RulesError, RulesChanged: nothing is stored."""
        if expected is not None and expected != fingerprint(self.data()):
            raise RulesChanged()
        parse_rules(data, site_wide=True)
        write("rules", data)
        prepare(data)

    def forms(self):
        """``(uid, title)`` of all forms, by title."""
        catalog = getToolByName(self._site, "portal_catalog")
        brains = catalog.unrestrictedSearchResults(
            object_provides=IHoardForm.__identifier__, sort_on="sortable_title"
        )
        return [(brain.UID, brain.Title or brain.getId) for brain in brains][:500]


def prepare(data):
    """Make the outbox's targets now, so that no two visitors race to."""
    targets = get_targets()
    for rule in data["rules"]:
        name = MAIL if rule["target"] == RECEIPT else rule["target"]
        if name == MAIL or name in targets:
            prepare_target(getSite(), name, "messages")
