"""A base class for validators, and registering one in a line."""

from collective.hoard.storage.interfaces import IHoardValidator
from collective.hoard.storage.interfaces import InvalidMarker
from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.submitted import extracted_values
from collective.hoard.storage.validation import root_form
from inspect import isclass
from persistent import Persistent
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IFieldsForm
from z3c.form.interfaces import IValidator
from z3c.form.interfaces import IWidget
from z3c.form.validator import SimpleFieldValidator
from z3c.form.validator import WidgetValidatorDiscriminators
from zope.component import getMultiAdapter
from zope.component import provideAdapter
from zope.interface import implementer
from zope.interface.interfaces import ISpecification
from zope.schema.interfaces import IField


try:
    from zope.testing.cleanup import addCleanUp
except ImportError:  # pragma: no cover
    addCleanUp = None

DISCRIMINATORS = ("context", "request", "view", "field", "widget")
_decorated = set()


@implementer(IHoardValidator)
class HoardValidator(SimpleFieldValidator):
    """See `IHoardValidator`.

    Override ``validate(value, force=False)``, call ``super().validate(value)``
    first, and raise `zope.interface.Invalid` with a message for the visitor.
    """

    @property
    def form(self):
        """The form, also when the widget is in a group or in another widget."""
        view = self.view
        while IWidget.providedBy(view) and not IFieldsForm.providedBy(view):
            view = view.form
        return root_form(view)

    @property
    def content(self):
        context = self.context
        return context.content if IRecord.providedBy(context) else self.record.content

    @property
    def record(self):
        return self.context if IRecord.providedBy(self.context) else self._record()

    def _record(self):
        view = self.view
        while not hasattr(view, "getContent"):
            view = view.form
        return view.getContent()

    @property
    def old_value(self):
        return getMultiAdapter((self.record, self.field), IDataManager).get()

    @property
    def form_data(self):
        return extracted_values(self.form)


def hoard_validator(context=None, request=None, view=None, field=None, widget=None):
    """Class decorator: register a validator for these discriminators.

    *context* may be a marker of the record or the type of the content.  The
    registration is global and made on import; for a site of its own use the
    ZCML directive.

    :raises InvalidMarker: A discriminator is an instance; only *field* may be
        one, as in ``IFeedback["email"]``.
    """
    given = dict(
        zip(DISCRIMINATORS, (context, request, view, field, widget), strict=True)
    )

    def register(cls):
        discriminate(cls, **given)
        _provide(cls)
        return cls

    return register


def _provide(cls):
    provideAdapter(cls, provides=IValidator)
    if addCleanUp is not None and cls not in _decorated:
        _decorated.add(cls)
        # Test layers empty the global registry, and a module is imported once.
        addCleanUp(provideAdapter, (cls, None, IValidator))


def discriminate(cls, **discriminators):
    """Put *discriminators* on the validator class *cls*, checked."""
    for name, value in discriminators.items():
        _check_discriminator(name, value)
    WidgetValidatorDiscriminators(cls, **discriminators)


def _check_discriminator(name, value):
    if value is None or isclass(value) or ISpecification.providedBy(value):
        return
    is_field = IField.providedBy(value) and not isinstance(value, Persistent)
    if name == "field" and is_field:
        return
    raise InvalidMarker(
        f"The discriminator {name}={value!r} is an instance. z3c.form would put "
        "an interface on it, which on a stored object fails at commit. "
        "Give an interface or a class."
    )
