"""Mails are written after the commit, and say what was true at the time."""

from collective.hoard.delivery.ordering import MailMaker
from collective.hoard.forms.amend import amend
from collective.hoard.forms.removal import remove
from collective.hoard.outbox import parked
from collective.hoard.outbox import retry
from collective.hoard.outbox import send as send_message
from collective.hoard.outbox.interfaces import IMessageMaker
from delivery.conftest import drain
from delivery.conftest import give_rules
from delivery.conftest import html_of
from delivery.conftest import notification
from delivery.conftest import receipt
from delivery.conftest import send
from delivery.conftest import state
from delivery.conftest import text_of
from plone import api
from zope.interface.verify import verifyObject
import pytest
import transaction


def test_it_keeps_the_contract():
    assert verifyObject(IMessageMaker, MailMaker())


def test_a_change_meanwhile_does_not_change_the_mail(form, post_office):
    give_rules(form, notification())
    key = send(form, name="Ada", topic="praise", count="3")
    amend(form, key, {"name": "Eva", "topic": "blame", "message": "more"}, revision=0)
    amend(form, key, {"name": "Ida", "count": None}, revision=1)
    drain(form)
    (mail,) = post_office.mails
    assert mail["Subject"] == "News from Ada"
    assert "Your name: Ada\nTopic: Praise\nHow many?: 3\n" in text_of(mail)
    assert "<td>Praise</td>" in html_of(mail) and "more" not in html_of(mail)


def test_each_change_is_told_as_it_was(form, post_office):
    give_rules(form, notification(events=["added", "changed"]))
    key = send(form, name="Ada")
    for revision, name in enumerate(("Eva", "Ida")):
        amend(form, key, {"name": name}, revision=revision)
    drain(form)
    assert [mail["Subject"] for mail in post_office.mails] == [
        f"News from {name}" for name in ("Ada", "Eva", "Ida")
    ]


def test_the_rules_are_those_of_the_time(form, post_office):
    give_rules(form, notification())
    send(form, name="Ada")
    give_rules(form)
    drain(form)
    assert [mail["To"] for mail in post_office.mails] == ["office@example.org"]


def test_a_form_that_goes_away_is_told_of_as_it_was(form, post_office):
    editors = notification(mail={"to_editors": True, "text": "${form:url}"})
    give_rules(form, editors)
    send(form, name="Ada")
    url = form.absolute_url()
    with api.env.adopt_user(username="admin"):
        api.content.delete(form, check_linkintegrity=False)
    drain(form)
    (mail,) = post_office.mails
    assert text_of(mail) == f"{url}\n"


def test_nobody_is_written_to_of_what_was_removed(form, post_office):
    give_rules(form, notification())
    key = send(form, name="Ada")
    assert state("mail").pending == 1
    remove(form, [key])
    drain(form)
    assert post_office.mails == []
    assert (state("mail").pending, state("mail").parked) == (0, 0)


@pytest.mark.parametrize("address,count", [("ada@example.org", 1), (None, 0)])
def test_a_receipt_is_ordered_when_there_is_an_address(
    form, post_office, address, count
):
    give_rules(form, receipt())
    send(form, name="Ada", address=address)
    assert state("mail").pending == count
    drain(form)
    assert len(post_office.mails) == count


def test_a_mail_that_an_earlier_version_wrote_is_sent_as_it_is(form, post_office):
    """Such a message is in the outbox already when the site is updated."""
    body = {"kind": "notification", "event": "removed", "form": "x", "language": "en"}
    body |= {"submission": None, "to": "a@example.org", "subject": "Old", "text": "x\n"}
    body |= {"html": "<p>x</p>", "reply_to": "", "attachments": []}
    send_message(api.portal.get(), "mail", body)
    drain(form)
    assert [mail["Subject"] for mail in post_office.mails] == ["Old"]


def test_a_mail_that_cannot_be_written_is_parked_alone(form, post_office, monkeypatch):
    give_rules(form, notification())
    make = MailMaker.make

    def failing(self, root, body, options):
        if body["submission"]["values"]["name"] == "Bob":
            raise KeyError("a fault")
        return make(self, root, body, options)

    monkeypatch.setattr(MailMaker, "make", failing)
    for name in ("Ada", "Bob", "Eva"):
        send(form, name=name)
    drain(form)
    subjects = [mail["Subject"] for mail in post_office.mails]
    assert subjects == ["News from Ada", "News from Eva"]
    (left,) = parked(api.portal.get(), "mail")
    assert "a fault" in left.error

    monkeypatch.setattr(MailMaker, "make", make)
    retry(api.portal.get(), "mail")
    transaction.commit()
    drain(form)
    assert post_office.mails[-1]["Subject"] == "News from Bob"
    assert (state("mail").pending, state("mail").parked) == (0, 0)
