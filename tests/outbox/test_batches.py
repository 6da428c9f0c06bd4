"""Targets that take several messages at once."""

from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import parked
from collective.hoard.outbox import send
from collective.hoard.outbox import send_to_all
from collective.hoard.outbox._drain_messages import AT_ONCE
from collective.hoard.outbox.interfaces import IBatchTarget
from collective.hoard.outbox.interfaces import IMessageTarget
from collective.hoard.outbox.interfaces import Refused
from collective.hoard.outbox.interfaces import TargetDown
from outbox.conftest import Messages
from zope.component import provideUtility
from zope.interface import implementer
from zope.interface.verify import verifyObject
import pytest
import transaction


@implementer(IBatchTarget)
class Batches(Messages):
    """``sizes`` has how many came at once; *broken* is what a whole batch meets."""

    def __init__(self):
        super().__init__()
        self.sizes = []
        self.broken = None

    def deliver_many(self, root, messages):
        self.sizes.append(len(messages))
        if self.broken or self.down:
            raise self.broken or self.down
        answers = [self.answers.get(str(message.body)) for message in messages]
        taken = zip(messages, answers, strict=True)
        self.got += [message for message, error in taken if error is None]
        return answers


@pytest.fixture
def mail():
    target = Batches()
    provideUtility(target, IMessageTarget, "mail")
    return target


@pytest.fixture
def ten(site):
    for number in range(10):
        send(site, "mail", number)
    transaction.commit()


def state(site):
    transaction.begin()
    return outbox_state(site)["mail"]


def test_the_target_of_these_tests_keeps_the_contract(mail):
    assert verifyObject(IBatchTarget, mail)


def test_many_are_delivered_at_once_in_order(site, mail):
    for number in range(AT_ONCE + 5):
        send(site, "mail", number)
    transaction.commit()
    drain_once(site)
    assert mail.sizes == [AT_ONCE, 5]
    assert mail.bodies == list(range(AT_ONCE + 5))
    assert state(site).pending == 0


def test_those_of_a_batch_that_are_refused_are_parked(site, mail, ten):
    mail.answers = {"3": Refused("not this"), "7": Refused("nor this")}
    done = drain_once(site)["mail"]
    assert (done.sent, done.parked) == (8, 2)
    transaction.begin()
    assert {one.error for one in parked(site, "mail")} == {"not this", "nor this"}


def test_those_that_did_not_get_through_stay(site, mail, ten):
    """Those that did are not delivered again."""
    mail.answers = {"3": TargetDown("full"), "7": TargetDown("full")}
    assert drain_once(site)["mail"].error == "full"
    assert (state(site).pending, state(site).parked) == (2, 0)
    mail.answers = {}
    drain_once(site)
    assert sorted(mail.bodies) == list(range(10))


def test_one_that_keeps_failing_in_batches_is_parked(site, mail, ten):
    mail.answers = {"3": TargetDown("too long")}
    for _ in range(4):
        transaction.begin()
        send(site, "mail", "another")
        transaction.commit()
        drain_once(site)
    assert (state(site).pending, state(site).parked) == (0, 1)
    assert mail.bodies.count("another") == 4


def test_a_target_that_is_down_keeps_the_whole_batch(site, mail, ten):
    mail.down = TargetDown("nothing answers")
    drain_once(site)
    assert (state(site).pending, state(site).parked) == (10, 0)
    mail.down = None
    drain_once(site)
    assert sorted(mail.bodies) == list(range(10))


@pytest.mark.parametrize("error", [KeyError("a fault"), Refused("none of them")])
def test_after_another_error_each_goes_alone(site, mail, ten, error):
    mail.broken = error
    mail.answers = {"3": Refused("not this")}
    done = drain_once(site)["mail"]
    assert (done.sent, done.parked) == (9, 1)


def test_one_message_for_several_targets_is_one(site, mail):
    id = send_to_all(site, ["mail:a", "mail:b"], "for both")
    transaction.commit()
    drain_once(site)
    assert [(one.id, one.target) for one in mail.got] == [
        (id, "mail:a"),
        (id, "mail:b"),
    ]


def test_a_target_keeps_its_message_when_another_has_delivered_it(site, mail):
    send_to_all(site, ["mail:a", "fax"], "for both")
    transaction.commit()
    drain_once(site)
    transaction.begin()
    assert outbox_state(site)["mail:a"].pending == 0
    assert outbox_state(site)["fax"].pending == 1


def test_nothing_is_stored_for_no_target(site):
    assert send_to_all(site, [], "for nobody") is None
