"""Text between the fields."""

from ..settings import TEXT
from .base import Kind
from collective.hoard import _


class StaticText(Kind):
    """Shown to visitors, never stored."""

    title = _("Explanatory text")
    order = 130
    widget = "static"
    settings = (TEXT,)
    stores = False
    can_be_required = False
    can_have_default = False
