"""Records without any form or site."""

from collective.hoard.storage import get_record
from collective.hoard.storage import remove_record
from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.interfaces import IRecordStorage
from collective.hoard.storage.interfaces import RecordKeyMissing
from collective.hoard.storage.interfaces import UnstorableValue
from collective.hoard.storage.places import ALIASED
from collective.hoard.storage.places import HOARD
from collective.hoard.storage.record import Record
from enum import Enum
from persistent.mapping import PersistentMapping
from z3c.form.interfaces import NO_VALUE
from zope.annotation.interfaces import IAnnotations
from zope.i18nmessageid import MessageFactory
from zope.interface import directlyProvides
from zope.interface import Interface
from zope.interface.verify import verifyObject
import pickle
import pytest


class Colour(Enum):
    RED = 1


@pytest.fixture
def record(thing):
    return get_record(thing, "k")


def test_it_keeps_its_contract(record):
    assert verifyObject(IRecord, record)


@pytest.mark.parametrize("place", [HOARD, ALIASED])
def test_places_keep_their_contract(place):
    assert verifyObject(IRecordStorage, place)


def test_reading_creates_nothing(record, thing):
    record.get("a"), list(record), len(record), "a" in record, record.storage

    assert not record.exists
    assert not hasattr(thing, "__annotations__")


def test_the_first_set_creates_it(record, thing):
    record["a"] = 1

    assert IAnnotations(thing)["collective.hoard"] == {"k": {"a": 1}}
    assert type(IAnnotations(thing)["collective.hoard"]) is PersistentMapping
    assert type(record.storage) is PersistentMapping


def test_it_is_a_mapping(record):
    record.update(a=1, b=[2])
    del record["a"]

    assert dict(record) == {"b": [2]}
    with pytest.raises(KeyError):
        record["a"]
    with pytest.raises(KeyError):
        del record["a"]


def test_it_is_true_even_if_empty(record):
    assert record


def test_two_records_are_not_equal_for_being_empty(thing):
    assert get_record(thing, "a") != get_record(thing, "b")
    assert len({get_record(thing, "a"), get_record(thing, "a")}) == 2


def test_what_it_does_not_know_is_asked_of_the_content(record, thing):
    assert record.title == "A thing"
    assert record.absolute_url() == thing.absolute_url()
    assert record.__parent__ is thing
    with pytest.raises(AttributeError):
        _ = record._private


@pytest.mark.parametrize("key", [None, "", 7, b"k"])
def test_a_key_must_be_text(thing, key):
    with pytest.raises(RecordKeyMissing, match="non-empty string"):
        get_record(thing, key)


@pytest.mark.parametrize("name", [None, 7])
def test_a_name_must_be_text(record, name):
    with pytest.raises(TypeError, match="field names"):
        record[name] = 1
    assert not record.exists


@pytest.mark.parametrize(
    "value",
    [NO_VALUE, lambda thing: get_record(thing, "x"), lambda thing: [NO_VALUE]],
    ids=["placeholder", "record", "nested"],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_stored(record, thing, value):
    value = value(thing) if callable(value) else value
    with pytest.raises(UnstorableValue):
        record["a"] = value
    assert not record.exists


def test_a_record_cannot_be_pickled(record):
    with pytest.raises(TypeError, match="transient"):
        pickle.dumps(record)


def test_a_message_is_stored_as_text(record):
    record["a"] = MessageFactory("some.addon")("hello")

    assert type(record["a"]) is str


def test_values_of_other_classes_are_copied(record):
    record["a"] = [Colour.RED]

    assert record["a"] == [Colour.RED]


def test_remove(record, thing):
    record["a"] = 1

    assert remove_record(thing, "k")
    assert not remove_record(thing, "k")
    assert "collective.hoard" not in IAnnotations(thing)


def test_remove_leaves_the_others(record, thing):
    record["a"] = 1
    get_record(thing, "other")["a"] = 2

    remove_record(thing, "k")

    assert dict(get_record(thing, "other")) == {"a": 2}


class TestTheArticlesPlace:
    def test_data_written_by_the_recipe_are_found(self, thing):
        IAnnotations(thing)["k"] = PersistentMapping(a=1)

        assert dict(get_record(thing, "k", where=ALIASED)) == {"a": 1}

    def test_both_places_show_the_same(self, thing):
        IAnnotations(thing)["k"] = old = PersistentMapping(a=1)

        get_record(thing, "k", where=ALIASED)["b"] = 2

        assert IAnnotations(thing)["k"] is old
        assert IAnnotations(thing)["collective.hoard"]["k"] is old
        assert old == {"a": 1, "b": 2}

    def test_markers_that_the_recipe_stored_are_taken_off(self, thing):
        class IMarker(Interface):
            pass

        old = IAnnotations(thing)["k"] = PersistentMapping(a=1)
        directlyProvides(old, IMarker)

        get_record(thing, "k", where=ALIASED)["b"] = 2

        assert "__provides__" not in vars(old)

    def test_something_else_at_that_place_is_left_alone(self, thing):
        IAnnotations(thing)["k"] = "text of another add-on"

        assert not get_record(thing, "k", where=ALIASED).exists

    def test_both_are_removed(self, thing):
        get_record(thing, "k", where=ALIASED)["b"] = 2

        remove_record(thing, "k", where=ALIASED)

        assert dict(IAnnotations(thing)) == {}


def test_other_records_are_not_looked_for_at_the_articles_place(thing):
    IAnnotations(thing)["k"] = PersistentMapping(a=1)

    assert not get_record(thing, "k").exists


def test_a_record_can_be_made_directly(thing):
    assert Record(thing, "k").key == "k"
