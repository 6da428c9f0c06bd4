"""The contract of annotation storage: one record per content object and form.

What is on disk: ``IAnnotations(content)["collective.hoard"]`` is a
`PersistentMapping` ``{form key: PersistentMapping of values}``.  Values are
plain Python, `PersistentList`, `PersistentMapping` and ZODB blobs; nothing of
this package and no marker interface is ever stored, so every record loads
with ZODB alone.  Reading never writes.
"""

from collective.hoard.exceptions import HoardError
from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.interfaces import IObjectEvent


#: The annotation that holds the records of one content object.
ANNOTATION_KEY = "collective.hoard"


class RecordKeyMissing(HoardError, TypeError):
    """A form or a caller did not say under which key its record is kept."""


class AmbiguousField(HoardError, TypeError):
    """Two fields of one form would be stored under the same name."""


class InvalidMarker(HoardError, TypeError):
    """A marker or a discriminator is an instance, not an interface or class."""


class UnstorableValue(HoardError, TypeError):
    """A value has no form that is safe to store; nothing was stored."""


class IRecord(Interface):
    """The values of one form on one content object; a mutable mapping.

    Transient: it is made for a request and never stored.  Markers go on it.
    Keys are field names, as strings.  Values that are handed out are copies:
    changing a list in place changes nothing until it is set again.

    Names that the mapping does not know and that do not start with an
    underscore are looked up on the content, so that source binders and default
    factories written for content work with a record as well.

    A record is true even when it is empty, like any other content.
    """

    content = Attribute("The content object, acquisition-wrapped as it was given.")
    key = Attribute("The form key, a string.")
    storage = Attribute("The stored PersistentMapping, or None before the first set.")
    exists = Attribute("Whether anything is stored.  Read only.")
    __parent__ = Attribute("The content object.")

    def name_of(field):
        """The key under which the value of *field* is kept, a string.

        The field's name; for schemata declared as qualified
        ``schema.identifier.name``.
        """

    def stored(name, default=None):
        """The value of *name* as it is on disk.  Treat it as read only."""

    def store(name, value):
        """Keep *value*, already in its stored form, under *name*.

        Does nothing if the same value of the same type is there already.

        :return: Whether something was written.
        """

    def batch():
        """A context manager: changes inside are announced as one event.

        If the block raises, nothing is announced; what was set stays set, so
        let the error abort the transaction.
        """

    def submitting(find):
        """A context manager: inside it `submitted` asks *find*."""

    def submitted(name):
        """What is being submitted for *name* just now, or `NO_VALUE`.

        :raises NoInputData: What was entered is invalid.
        """

    def absolute_url():
        """The address of the content."""


class IRecordStorage(Interface):
    """Where the mapping of a record is kept.  Stateless."""

    def read(content, key):
        """The mapping under *key*, or None.  Never writes."""

    def create(content, key):
        """The mapping under *key*, made now if there is none."""

    def remove(content, key):
        """Forget the mapping under *key*.

        :return: The mapping, or None if there was none.
        """


class IValueCodec(Interface):
    """Adapter of a field: its values between form and disk.

    Register one for a field type of your own if its values are of a class
    that should not be stored.
    """

    def encode(value):
        """*value* in its stored form; never shares anything mutable with it.

        :raises UnstorableValue: The value cannot be kept.
        """

    def decode(stored):
        """The field's value, a new object for each call."""

    def absent(default):
        """What a form gets while nothing is stored: *default* as a rule."""


class IRecordForm(Interface):
    """Marker of forms and groups that keep their data in a record."""

    record_key = Attribute("Key of the record: a string that never changes.")
    record_markers = Attribute("Interfaces for the record; never stored.")
    record_storage = Attribute("See `IRecordStorage`.")
    record_qualified = Attribute(
        "Schemata whose fields are stored as schema.identifier.name."
    )
    record_touches_content = Attribute(
        "Whether a change also modifies the content (date, catalog, version)."
    )
    record_detects_conflicts = Attribute(
        "Whether a form opened before someone else's change is refused."
    )


class IFieldOfRecord(Interface):
    """Marker of a field copy that knows its record (``field.record``).

    Lets validators that were registered for the content compare with, and
    read, the record's values although their context is the content.
    """


class IRecordEvent(IObjectEvent):
    """Something happened to a record.  ``object`` is the record, so that
    subscribers may be registered for one of its markers."""

    content = Attribute("The content object.")
    key = Attribute("The form key.")
    changes = Attribute(
        "Mapping of name to (old, new) copies; `NO_VALUE` where there is none."
    )


class IRecordCreated(IRecordEvent):
    """The first value of a record was set."""


class IRecordModified(IRecordEvent):
    """Values of a record changed."""


class IRecordRemoved(IRecordEvent):
    """A record was removed, by itself or together with its content."""


class IHoardValidator(Interface):
    """What `HoardValidator` offers beside z3c.form's own attributes."""

    content = Attribute("The content object, whichever context was looked up.")
    record = Attribute("The record of the form.")
    old_value = Attribute("The value before this submit, or the default.")
    form_data = Attribute(
        "Values of the whole form by widget name, groups included; a field "
        "whose input could not be converted is absent."
    )
