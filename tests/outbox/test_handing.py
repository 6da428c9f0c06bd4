"""A message arrives once for all its targets, and is handed out to each."""

from collective.hoard.outbox import discard
from collective.hoard.outbox import discard_pending
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import forget_target
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import parked
from collective.hoard.outbox import prepare_target
from collective.hoard.outbox import retry
from collective.hoard.outbox import send
from collective.hoard.outbox import send_to_all
from collective.hoard.outbox import suspend
from collective.hoard.outbox._handing import hand_out
from collective.hoard.outbox._places import add
from collective.hoard.outbox.interfaces import IMessageMaker
from collective.hoard.outbox.interfaces import NotPlain
from collective.hoard.outbox.once import pending_targets
from datetime import timedelta
from persistent.mapping import PersistentMapping
from time import sleep
from ZODB.POSException import ConflictError
from zope.annotation.interfaces import IAnnotations
from zope.component import provideUtility
from zope.interface import implementer
from zope.interface.verify import verifyObject
import pytest
import transaction


KEY = "collective.hoard.outbox"
FOUR = ["mail", "mail:a", "mail:b", "mail:c"]


@implementer(IMessageMaker)
class Maker:
    """Makes a message for each name in the body; *error* is what it meets."""

    error = None

    def make(self, root, body, options):
        if self.error:
            raise self.error
        names = options.get("names")
        return names and [{"to": name, "text": body} for name in names]


@pytest.fixture
def maker():
    maker = Maker()
    provideUtility(maker, IMessageMaker, "mail")
    return maker


@pytest.fixture
def four(site):
    for name in FOUR:
        prepare_target(site, name, "messages")
    transaction.commit()
    return site


def pending(site):
    transaction.begin()
    return {name: one.pending for name, one in outbox_state(site).items()}


@pytest.mark.parametrize("targets", [FOUR[:1], FOUR])
def test_it_writes_two_objects_whatever_the_number_of_targets(four, db, targets):
    send_to_all(four, targets, "for all")
    transaction.commit()
    written = [len(list(one)) for one in db.storage.iterator()]
    # The message, and the tree that it is in.
    assert written[-1] == 2


def test_what_has_arrived_is_pending_for_each_of_its_targets(four):
    send_to_all(four, FOUR[:2], 1)
    send(four, "mail:a", 2)
    suspend(four)
    transaction.commit()
    assert pending(four) == {"mail": 1, "mail:a": 2, "mail:b": 0, "mail:c": 0} | {
        "search": 0
    }
    states = outbox_state(four)
    assert states["mail"].oldest and states["mail:b"].oldest is None
    assert states["mail:a"].oldest - states["mail"].oldest < timedelta(seconds=1)


def test_a_name_is_told_once(four, mail):
    send_to_all(four, ["mail:a", "mail:a"], "once")
    transaction.commit()
    drain_once(four)
    assert mail.bodies == ["once"]


def test_messages_of_the_earlier_layout_are_sent_in_their_turn(site, mail):
    """They are in the target itself, and nothing can arrive yet."""
    outbox = IAnnotations(site)[KEY]
    del outbox["arrivals"]
    old = PersistentMapping(id="old", created=1, body='"old"', options="{}")
    add(outbox["targets"]["mail"], old)
    transaction.commit()
    assert pending(site)["mail"] == 1
    # Keys tell the order of two queues by the millisecond.
    sleep(0.002)
    send(site, "mail", "new")
    transaction.commit()
    assert pending(site)["mail"] == 2

    drain_once(site)

    assert mail.bodies == ["old", "new"] and mail.got[0].id == "old"
    assert pending(site)["mail"] == 0


def test_two_that_hand_out_at_once_are_a_conflict(site, mail, db):
    send(site, "mail", "once")
    transaction.commit()
    manager = transaction.TransactionManager()
    other = db.open(manager)
    assert hand_out(site) == hand_out(other.root()["site"]) == 1
    transaction.commit()
    with pytest.raises(ConflictError):
        manager.commit()
    manager.abort()
    assert hand_out(other.root()["site"]) == 0
    other.close()
    drain_once(site)
    assert mail.bodies == ["once"]


def test_who_adds_meanwhile_is_no_conflict(site, mail, db):
    """Not even in the same tree."""
    send(site, "mail", 1)
    transaction.commit()
    manager = transaction.TransactionManager()
    other = db.open(manager)
    hand_out(other.root()["site"])
    send(site, "mail", 2)
    transaction.commit()
    manager.commit()
    other.close()
    drain_once(site)
    assert mail.bodies == [1, 2]


def test_discarding_for_one_target_leaves_the_others_theirs(four, mail):
    send_to_all(four, FOUR[:2], "for both")
    transaction.commit()
    assert discard_pending(four, "mail") == 1
    transaction.commit()
    assert pending(four)["mail"] == 0
    drain_once(four)
    assert [one.target for one in mail.got] == ["mail:a"]


def test_what_arrived_for_a_target_goes_with_it(four, mail):
    send_to_all(four, FOUR[:2], "for both")
    send(four, "mail:a", "alone")
    forget_target(four, "mail:a")
    transaction.commit()
    drain_once(four)
    assert [one.target for one in mail.got] == ["mail"]
    assert "mail:a" not in pending(four)


def test_a_drainer_leaves_what_is_for_targets_of_another(site, db, monkeypatch):
    """But not for long: the other may have stopped."""
    IAnnotations(site)[KEY]["targets"]["mail"]["lease"].update(
        owner="other", expires=2**62
    )
    send(site, "mail", 1)
    transaction.commit()

    def look():
        sites = {"": lambda connection: connection.root()["site"]}
        assert pending_targets(db, lambda connection: sites, owner="we") == []
        transaction.begin()
        return hand_out(site)

    assert look() == 1
    transaction.abort()
    monkeypatch.setattr("collective.hoard.outbox._arrivals.PATIENCE", -1)
    assert look() == 0


@pytest.mark.parametrize("name", ["", "two\nlines", None])
def test_a_name_is_one_line_of_text(site, name):
    with pytest.raises(ValueError, match="has a name"):
        send(site, name, 1)


def test_a_maker_makes_the_messages_of_its_target(four, mail, maker):
    assert verifyObject(IMessageMaker, maker)
    send_to_all(four, ["mail"], "hello", {"names": ["ada", "bea"]})
    transaction.commit()
    drain_once(four)
    assert mail.bodies == [
        {"to": "ada", "text": "hello"},
        {"to": "bea", "text": "hello"},
    ]
    assert len({one.id for one in mail.got}) == 2


@pytest.mark.parametrize("names,wanted", [([], []), (None, ["hello"])])
def test_a_maker_may_make_nothing_or_leave_it_as_it_is(
    site, mail, maker, names, wanted
):
    # An empty list must not pass for "as it is".
    maker.make = lambda root, body, options: names
    send(site, "mail", "hello")
    transaction.commit()
    drain_once(site)
    assert mail.bodies == wanted and pending(site)["mail"] == 0


@pytest.mark.parametrize("error", [KeyError("a fault"), NotPlain("not JSON-like")])
def test_what_cannot_be_made_is_parked_and_made_when_retried(site, mail, maker, error):
    id = send(site, "mail", "hello", {"names": ["ada"]})
    transaction.commit()
    maker.error = error
    drain_once(site)

    transaction.begin()
    (entry,) = parked(site, "mail")
    assert entry.id == id and entry.body == "hello"
    assert type(error).__name__ in entry.error
    assert outbox_state(site)["mail"].last_error == entry.error

    maker.error = None
    retry(site, "mail")
    transaction.commit()
    drain_once(site)
    assert mail.bodies == [{"to": "ada", "text": "hello"}]


def test_what_cannot_be_made_can_be_discarded(site, mail, maker):
    id = send(site, "mail", "hello", {"names": ["ada"]})
    transaction.commit()
    maker.error = KeyError("a fault")
    drain_once(site)
    transaction.begin()
    assert discard(site, "mail", id) == 1
    transaction.commit()
    assert pending(site)["mail"] == 0 and parked(site, "mail") == []
