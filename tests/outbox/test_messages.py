"""Messages: stored with the data, delivered after the commit, once."""

from collective.hoard.outbox import discard
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import parked
from collective.hoard.outbox import retry
from collective.hoard.outbox import send
from collective.hoard.outbox.interfaces import NotPlain
from collective.hoard.outbox.interfaces import Refused
from collective.hoard.outbox.interfaces import TargetDown
from collective.hoard.outbox.interfaces import UnknownEntry
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from uuid import UUID
from ZODB.POSException import ConflictError
import pytest
import transaction


def send_all(site, *bodies):
    ids = [send(site, "mail", body) for body in bodies]
    transaction.commit()
    return ids


def pending(site):
    transaction.begin()
    return outbox_state(site)["mail"].pending


def test_a_message_arrives_as_it_was_sent(site, mail):
    body = {"to": "ada@example.org", "lines": [1, 2.5, None, True, "ü"]}
    id = send(site, "mail", body, {"reply": "no"})
    body["to"] = "changed later"
    transaction.commit()

    drained = drain_once(site)

    [message] = mail.got
    assert message.body == {**body, "to": "ada@example.org"}
    assert message.options == {"reply": "no"} and message.target == "mail"
    assert message.id == id == str(UUID(id))
    assert timedelta(0) <= datetime.now(UTC) - message.created < timedelta(minutes=1)
    assert drained["mail"].sent == 1 and pending(site) == 0


def test_messages_arrive_in_the_order_of_sending(site, mail):
    send_all(site, *range(200))
    send_all(site, *range(200, 300))
    drain_once(site)
    assert mail.bodies == list(range(300))


def test_nothing_is_sent_before_the_commit_nor_after_an_abort(site, mail):
    send(site, "mail", "phantom")
    drain_once(site)
    transaction.abort()
    drain_once(site)
    assert mail.tried == []


def test_a_savepoint_that_is_rolled_back_leaves_no_message(site, mail):
    send(site, "mail", "kept")
    savepoint = transaction.savepoint()
    send(site, "mail", "phantom")
    savepoint.rollback()
    transaction.commit()
    drain_once(site)
    assert mail.bodies == ["kept"]


def test_who_loses_a_conflict_leaves_no_message(site, mail, db):
    manager = transaction.TransactionManager()
    connection = db.open(manager)
    other = connection.root()["site"]
    for root, name in ((site, "kept"), (other, "phantom")):
        root["rows"][1] = name
        send(root, "mail", name)
    transaction.commit()
    with pytest.raises(ConflictError):
        manager.commit()
    manager.abort()
    connection.close()
    drain_once(site)
    assert mail.bodies == ["kept"]


def test_a_delivered_message_is_not_sent_again(site, mail):
    send_all(site, "once")
    drain_once(site)
    drain_once(site)
    assert mail.bodies == ["once"]


def test_a_name_goes_to_the_target_of_its_first_part(site, mail):
    send(site, "mail:editors", "hello")
    transaction.commit()
    drain_once(site)
    assert mail.got[0].target == "mail:editors"


@pytest.mark.parametrize(
    "body",
    [{1: "x"}, {"x": b"bytes"}, object(), float("nan"), "\ud800", {"a": {2}}],
    ids=["int key", "bytes", "object", "nan", "surrogate", "set"],
)
def test_what_is_not_plain_is_refused(site, connection, body):
    with pytest.raises(NotPlain, match="JSON-like"):
        send(site, "mail", body)
    assert not connection._registered_objects


def test_a_target_takes_one_kind(site):
    with pytest.raises(ValueError, match="takes marks"):
        send(site, "search", "a message")


def test_a_target_that_is_down_keeps_its_messages_in_order(site, mail):
    send_all(site, 1, 2, 3)
    mail.down = TargetDown("connection refused")

    drained = drain_once(site)

    assert drained["mail"].error == "connection refused"
    assert [message.body for message in mail.tried] == [1]
    mail.down = None
    drain_once(site)
    assert mail.bodies == [1, 2, 3] and mail.got[0].attempts == 1


def test_a_target_that_is_down_is_left_alone_for_longer_and_longer(site, mail):
    send_all(site, 1)
    mail.down = TargetDown("connection refused")
    pauses = []
    for _ in range(8):
        drain_once(site)
        transaction.begin()
        state = outbox_state(site)["mail"]
        pauses.append((state.retry_at - state.last_error_time).total_seconds())

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert state.failures == 8 and state.last_error == "connection refused"
    assert drain_once(site, force=False) == {}
    mail.down = None
    drain_once(site)
    transaction.begin()
    state = outbox_state(site)["mail"]
    assert state.failures == 0 and state.retry_at is None and state.sent == 1


def test_a_refused_message_is_parked_and_the_rest_passes(site, mail):
    ids = send_all(site, 1, 2, 3)
    mail.answers["2"] = Refused("no such address")

    drained = drain_once(site)

    assert mail.bodies == [1, 3]
    assert drained["mail"].parked == 1 and not drained["mail"].error
    transaction.begin()
    [entry] = parked(site, "mail")
    assert entry.id == ids[1] and entry.error == "no such address" and entry.body == 2
    state = outbox_state(site)["mail"]
    assert (state.pending, state.parked) == (0, 1)
    assert state.last_error == "no such address" and state.failures == 0


@pytest.mark.parametrize("error", [TargetDown("500"), KeyError("bug")])
def test_a_message_that_alone_keeps_failing_is_parked(site, mail, error):
    send_all(site, 1, 2, 3)
    mail.answers["1"] = error
    for _ in range(3):
        drain_once(site)

    assert mail.bodies == [2, 3]
    transaction.begin()
    assert outbox_state(site)["mail"].parked == 1


def test_nothing_is_parked_while_the_target_takes_nothing(site, mail):
    send_all(site, 1, 2, 3)
    mail.down = TargetDown("connection refused")
    for _ in range(10):
        drain_once(site)
    transaction.begin()
    assert outbox_state(site)["mail"].parked == 0

    mail.down = None
    drain_once(site)
    assert mail.bodies == [1, 2, 3]


def test_a_parked_message_is_tried_again_with_its_id(site, mail):
    [id] = send_all(site, 1)
    mail.answers["1"] = Refused("no such address")
    drain_once(site)
    mail.answers.clear()
    transaction.begin()

    assert retry(site, "mail", id) == 1
    transaction.commit()
    drain_once(site)

    assert [message.id for message in mail.got] == [id]
    transaction.begin()
    assert parked(site, "mail") == []


def test_a_parked_message_can_be_discarded(site, mail):
    [id] = send_all(site, 1)
    mail.answers["1"] = Refused("no such address")
    drain_once(site)
    transaction.begin()
    assert discard(site, "mail", id) == 1
    transaction.commit()
    assert parked(site, "mail") == []


@pytest.mark.parametrize("act", [retry, discard])
def test_what_is_not_there_is_named(site, act):
    with pytest.raises(UnknownEntry, match="'nothing'"):
        act(site, "mail", "nothing")
    with pytest.raises(UnknownEntry, match="no target 'fax'"):
        act(site, "fax")


def test_a_target_that_nobody_registered_keeps_its_messages(site):
    send(site, "fax", 1)
    transaction.commit()
    assert "no target is registered" in drain_once(site)["fax"].error
    transaction.begin()
    assert outbox_state(site)["fax"].pending == 1
