"""The behavior that makes content a form.

Its values are attributes of the content, so that copies, versions, working
copies, the REST API and site exports carry them without code of ours.
"""

from .definition import empty_definition
from .definition import parse
from .interfaces import DefinitionError
from .interfaces import IHoardForm
from collective.hoard import _
from copy import deepcopy
from plone.app.textfield import RichText
from plone.app.z3cform.widgets.richtext import RichTextFieldWidget
from plone.autoform import directives
from plone.autoform.interfaces import IFormFieldProvider
from plone.schema import JSONField
from plone.supermodel import model
from zope import schema
from zope.interface import Invalid
from zope.interface import provider


class DefinitionInvalid(Invalid):
    """A definition was refused; the message lists every problem."""


class DefinitionField(JSONField):
    """A JSON field that holds a form definition, checked whatever the way in."""

    def _validate(self, value):
        super()._validate(value)
        try:
            parse(value)
        except DefinitionError as error:
            raise DefinitionInvalid(str(error)) from error


@provider(IFormFieldProvider)
class IFormSettings(model.Schema, IHoardForm):
    """What an editor sets for the form as a whole."""

    model.fieldset(
        "form",
        label=_("Form"),
        fields=[
            "hoard_submit_label",
            "hoard_thanks",
            "hoard_retention_days",
            "hoard_definition",
        ],
    )

    hoard_submit_label = schema.TextLine(
        title=_("Text of the button"),
        description=_("What visitors press to send the form. Empty means: Send"),
        required=False,
        max_length=80,
    )

    directives.widget("hoard_thanks", RichTextFieldWidget)
    hoard_thanks = RichText(
        title=_("Thank-you text"),
        description=_("Shown after the form was sent."),
        required=False,
    )

    hoard_retention_days = schema.Int(
        title=_("Delete submissions after (days)"),
        description=_("Empty means: they are kept until somebody deletes them."),
        required=False,
        min=1,
        max=36500,
    )

    # The fields have an editor of their own; see browser/design.py.
    directives.omitted("hoard_definition")
    directives.read_permission(hoard_definition="collective.hoard.DesignForm")
    directives.write_permission(hoard_definition="collective.hoard.DesignForm")
    hoard_definition = DefinitionField(
        title=_("Fields"),
        required=False,
        defaultFactory=empty_definition,
    )


def get_definition(content):
    """The checked `Definition` of *content*; one without fields if it has none.

    :raises DefinitionError: what is stored was made by a newer version.
    """
    return parse(stored_definition(content))


def stored_definition(content):
    """The plain data of the definition, the caller's to change."""
    stored = getattr(content.aq_base, "hoard_definition", None)
    return deepcopy(stored) if stored else empty_definition()
