"""What kinds of field have in common."""

from ..interfaces import IFieldKind
from ..interfaces import ValueRefused
from collective.hoard import _
from zope.interface import implementer


@implementer(IFieldKind)
class Kind:
    """Defaults for `IFieldKind`: a single line of text, unchecked."""

    title = ""
    order = 0
    widget = "input"
    settings = ()
    types = (str,)
    stores = True
    can_be_required = True
    can_have_default = True
    default_editor = "text"
    missing = _("Please fill in this field.")
    json_expected = _("A string is expected here.")

    def problems(self, field):
        return ()

    def from_text(self, field, raw):
        if raw is None or raw == "":
            return None
        if not isinstance(raw, str):
            raise ValueRefused(_("One value is expected here."))
        return self.parse(field, raw)

    def from_json(self, field, raw):
        if raw is None or raw == "":
            return None
        if not isinstance(raw, str):
            raise ValueRefused(self.json_expected)
        return self.parse(field, raw)

    def parse(self, field, raw):
        """The value of a non-empty str. :raises ValueRefused:"""
        return raw

    def check(self, field, value, limits):
        pass

    def to_text(self, field, value):
        return "" if value is None else str(value)

    def display(self, field, value):
        return self.to_text(field, value)

    def to_csv(self, field, value):
        return self.display(field, value)

    def to_json(self, field, value):
        return value

    def attributes(self, field, limits):
        return {}


def in_order(field, lowest, highest):
    """Yield the problem of a *lowest* setting that is above *highest*."""
    low, high = field.settings.get(lowest), field.settings.get(highest)
    if low is not None and high is not None and low > high:
        yield (
            lowest,
            _("Must not be greater than ${other}.", mapping={"other": highest}),
        )
