"""Why a data manager, a converter and validators were chosen for a field."""

from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.interfaces import IValueCodec
from collective.hoard.storage.validation import Lookup
from collective.hoard.storage.validation import lookups
from dataclasses import dataclass
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IValidator
from zope.component import getSiteManager
from zope.interface import directlyProvidedBy
from zope.interface import implementedBy
from zope.interface import Interface
from zope.interface import providedBy


ROLES = ("context", "request", "view", "field", "widget")


@dataclass(frozen=True)
class Reason:
    """One discriminator: its role, what was registered, and how it matched."""

    role: str
    registered: str
    how: str


@dataclass(frozen=True)
class Chosen:
    """A component that was chosen, and why."""

    name: str
    note: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class FieldReport:
    """What happens to one field of a form."""

    name: str
    title: str
    group: str
    kind: str
    stored_as: str
    widget: str
    data_manager: Chosen | None
    codec: Chosen | None
    converter: Chosen | None
    validators: tuple[Chosen, ...]


def explain_form(form, group=""):
    """A `FieldReport` for each field of *form* and, after them, of its groups.

    The widgets must have been set up.  Nothing is validated.
    """
    for name, widget in form.widgets.items():
        if name in form.fields:  # and not a content provider
            yield _explain(form, group, name, widget)
    for inner in getattr(form, "groups", ()):
        yield from explain_form(inner, str(inner.label or inner.__name__))


def _explain(form, group, name, widget):
    content, field = form.getContent(), widget.field
    is_record = IRecord.providedBy(content)
    return FieldReport(
        name=name,
        title=str(field.title),
        group=group,
        kind=_dotted(type(field)),
        stored_as=content.name_of(field) if is_record else "",
        widget=_dotted(type(widget)),
        data_manager=_component((content, field), IDataManager, ("content", "field")),
        codec=_component((field,), IValueCodec, ("field",)) if is_record else None,
        converter=_component((field, widget), IDataConverter, ("field", "widget")),
        validators=tuple(_validators(form, content, widget)),
    )


def _component(objects, provided, roles):
    required = [providedBy(o) for o in objects]
    factory = getSiteManager().adapters.lookup(required, provided)
    if factory is None:
        return None
    reasons = tuple(_reasons(factory, provided, objects, roles))
    return Chosen(_dotted(factory), "", reasons)


def _validators(form, content, widget):
    for lookup in _lookups(form, content, widget):
        objects = (lookup.context, form.request, lookup.view, widget.field, widget)
        reasons = tuple(_reasons(lookup.factory, IValidator, objects, ROLES))
        yield Chosen(_dotted(lookup.factory), _note(lookup, content, form), reasons)


def _lookups(form, content, widget):
    """As `lookups`, also for a form that has no record: one pass of z3c.form."""
    if IRecord.providedBy(content):
        return list(lookups(form, content, widget))
    objects = (content, form.request, form, widget.field, widget)
    factory = getSiteManager().adapters.lookup(
        list(map(providedBy, objects)), IValidator
    )
    return [] if factory is None else [Lookup(factory, content, form, True)]


def _note(lookup, content, form):
    context = "record" if IRecord.providedBy(lookup.context) else "content"
    view = (
        "form"
        if lookup.view is not form or not hasattr(form, "parentForm")
        else "group"
    )
    pass_ = "first pass" if lookup.first_pass else "second pass"
    return f"{pass_}: context is the {context}, view is the {view}"


def _reasons(factory, provided, objects, roles):
    required = _registration(factory, provided, objects)
    for role, spec, obj in zip(roles, required or (), objects, strict=False):
        yield Reason(role, _spec_name(spec), _how(spec, obj))


def _registration(factory, provided, objects):
    """What *factory* was registered for; the most special one that fits."""
    manager = getSiteManager()
    fitting = [
        registration.required
        for registry in (manager, *_bases(manager))
        for registration in registry.registeredAdapters()
        if registration.factory is factory
        and registration.provided.isOrExtends(provided)
        and _fits(registration.required, objects)
    ]
    return min(fitting, key=lambda specs: _distance(specs, objects), default=None)


def _bases(manager):
    for base in manager.__bases__:
        yield base
        yield from _bases(base)


def _fits(specs, objects):
    return len(specs) == len(objects) and all(
        spec is None or providedBy(obj).isOrExtends(spec)
        for spec, obj in zip(specs, objects, strict=True)
    )


def _distance(specs, objects):
    """How far each discriminator is from its object, as the registry counts."""
    return [
        list(providedBy(obj).__sro__).index(Interface if spec is None else spec)
        for spec, obj in zip(specs, objects, strict=True)
    ]


def _how(spec, obj):
    if spec is None or spec is Interface:
        return "anything"
    name = _spec_name(spec)
    if spec in directlyProvidedBy(obj):
        return f"put on this {type(obj).__name__} itself"
    if spec is implementedBy(type(obj)):
        return f"its class is {name}"
    if spec in implementedBy(type(obj)).declared:
        return f"its class {type(obj).__name__} implements it"
    return f"inherited by {type(obj).__name__}"


def _spec_name(spec):
    if spec is None or spec is Interface:
        return "*"
    inherit = getattr(spec, "inherit", None)  # the specification of a class
    if inherit is not None:
        return _dotted(inherit)
    return getattr(spec, "__identifier__", None) or spec.__name__


def _dotted(factory):
    name = getattr(factory, "__qualname__", None)
    if name is None:
        factory, name = type(factory), type(factory).__qualname__
    return f"{factory.__module__}.{name}"
