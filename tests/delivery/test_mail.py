"""Mails of rules, through a real mail server."""

from collective.hoard.forms.removal import remove
from collective.hoard.ledger.files import hold
from collective.hoard.ledger.files import release
from collective.hoard.ledger.files import UNSCANNED
from collective.hoard.outbox import parked
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from delivery.conftest import drain
from delivery.conftest import give_rules
from delivery.conftest import html_of
from delivery.conftest import notification
from delivery.conftest import receipt
from delivery.conftest import send
from delivery.conftest import state
from delivery.conftest import text_of
from plone import api
from plone.registry.interfaces import IRegistry
from zope.component import getUtility
import pytest
import transaction


def test_a_notification_tells_what_was_sent(form, post_office):
    give_rules(form, notification(mail={"address_field": "address"}))

    key = send(form, name="Ada", address="ada@example.org", topic="praise")
    drain(form)

    (mail,) = post_office.mails
    assert mail["To"] == "office@example.org"
    assert mail["From"] == "The site <site@example.org>"
    assert mail["Reply-To"] == "ada@example.org"
    assert mail["Subject"] == "News from Ada"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Your name: Ada\nYour address: ada@example.org\nTopic: Praise" in text_of(
        mail
    )
    assert f"/@@hoard-submissions/{key}" in text_of(mail)
    assert '<th align="left" valign="top" scope="row">Topic</th><td>Praise</td>' in (
        html_of(mail)
    )
    assert state("mail").pending == 0


def test_each_recipient_gets_a_mail_of_his_own(form, post_office):
    """One refused address neither holds up nor repeats the others."""
    to = ["a@example.org", "b@example.org", "A@example.org", "c@example.org"]
    give_rules(form, notification(mail={"to": to}))
    post_office.answers["b@example.org"] = "550 no such mailbox"

    send(form, name="Ada")
    drain(form)

    assert [mail["To"] for mail in post_office.mails] == [
        "a@example.org",
        "c@example.org",
    ]
    (left,) = parked(api.portal.get(), "mail")
    assert "refuses b@example.org: 550 no such mailbox" in left.error


@pytest.mark.parametrize("answer", ["450 greylisted", "452 mailbox full"])
def test_a_recipient_for_later_is_tried_again(form, post_office, answer):
    give_rules(form, notification())
    post_office.answers["office@example.org"] = answer
    send(form, name="Ada")

    drain(form)
    assert state("mail").pending == 1
    assert answer in state("mail").last_error

    post_office.answers.clear()
    drain(form)
    assert len(post_office.mails) == 1
    assert state("mail").pending == 0


@pytest.mark.parametrize(
    "answer,pending,parked", [("554 spam", 0, 1), ("451 disk full", 1, 0)]
)
def test_a_refused_mail_is_parked_or_tried_again(
    form, post_office, answer, pending, parked
):
    give_rules(form, notification())
    post_office.data_answer = answer
    send(form, name="Ada")
    drain(form)

    found = state("mail")
    assert (found.pending, found.parked) == (pending, parked)
    assert answer in found.last_error


def test_nothing_is_lost_while_the_server_is_down(form, post_office):
    give_rules(form, notification())
    post_office.stop()
    for number in range(5):
        send(form, name=f"visitor {number}")
        drain(form)
    assert state("mail").pending == 5
    assert "Connection refused" in state("mail").last_error

    post_office.start()
    drain(form)

    subjects = [mail["Subject"] for mail in post_office.mails]
    assert subjects == [f"News from visitor {n}" for n in range(5)]
    assert len({mail["Message-ID"] for mail in post_office.mails}) == 5


HOSTILE = "x\r\nBcc: victim@example.org\r\n\r\nBuy this"


def test_a_visitor_cannot_write_headers(form, post_office):
    give_rules(form, notification(mail={"address_field": "address"}))
    # Past all that the form checks, as an old or imported row may be.
    key = add_row(
        form, {"name": HOSTILE, "address": "a@example.org\nBcc: b@example.org"}
    )
    post_added(form, key)
    drain(form)

    (mail,) = post_office.mails
    assert mail["Bcc"] is None
    assert mail["Reply-To"] is None
    assert mail["Subject"] == "News from x Bcc: victim@example.org Buy this"
    assert post_office.envelopes[0].rcpt_tos == ["office@example.org"]


def post_added(form, *keys):
    from collective.hoard.delivery.posting import post

    post(form, form.UID(), "added", keys)
    transaction.commit()


MARKUP = '<script>alert(1)</script><a href="http://evil">${form:url}</a>&amp;'


def test_a_visitor_cannot_write_html_or_placeholders(form, post_office):
    give_rules(form, notification(mail={"text": "${name}: ${submission:answers}"}))
    send(form, name=MARKUP, message=f"one\n{MARKUP}")
    drain(form)

    html = html_of(post_office.mails[0])
    assert "<script" not in html
    assert "<a " not in html
    assert html.count("&lt;script&gt;alert(1)") == 3
    assert html.count("${form:url}") == 3
    assert MARKUP in text_of(post_office.mails[0])


def test_lines_of_a_visitor_are_indented(form, post_office):
    give_rules(form, notification(mail={"text": "${message}\n\nYours"}))
    send(form, message="Hello\n\nThe site was hacked.")
    drain(form)

    text = text_of(post_office.mails[0])
    assert text == "Hello\n    \n    The site was hacked.\n\nYours\n"


def test_files_are_attached_up_to_the_limit(form, post_office):
    give_rules(form, notification(mail={"attachments": True}))
    api.portal.set_registry_record("collective.hoard.delivery.attachments_kb", 1)
    small = add_row(form, {"paper": a_file(b"s" * 1000)})
    large = add_row(form, {"paper": a_file(b"l" * 2000, "large.pdf")})
    post_added(form, small)
    post_added(form, large)
    drain(form)

    first, second = post_office.mails
    (attached,) = first.iter_attachments()
    assert attached.get_filename() == "paper.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == b"s" * 1000
    assert not list(second.iter_attachments())
    assert "Too large for a mail, see the submission: large.pdf" in text_of(second)


@pytest.mark.parametrize("signature", [UNSCANNED, "Eicar-Test-Signature"])
def test_a_file_that_the_scanner_holds_is_left_out_and_named(
    form, post_office, signature
):
    give_rules(form, notification(mail={"attachments": True}))
    infected = a_file(b"x" * 10, "a<b>.pdf")
    hold(infected, signature)
    post_added(form, add_row(form, {"paper": infected}))
    drain(form)

    (mail,) = post_office.mails
    assert not list(mail.iter_attachments())
    told = "the virus scanner has not released it; see the submission: "
    assert f"{told}a<b>.pdf" in text_of(mail)
    assert f"{told}a&lt;b&gt;.pdf</p>" in html_of(mail)


def test_a_file_is_attached_once_the_scanner_released_it(form, post_office):
    give_rules(form, notification(mail={"attachments": True}))
    paper = a_file(b"x" * 10)
    hold(paper)
    key = add_row(form, {"paper": paper})
    post_added(form, key)
    release(paper)
    transaction.commit()
    drain(form)

    (mail,) = post_office.mails
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == b"x" * 10
    assert "virus" not in text_of(mail)


def test_a_removed_submission_is_not_mailed(form, post_office):
    give_rules(form, notification())
    key = send(form, name="Ada")
    remove(form, [key])
    drain(form)

    assert not post_office.mails
    assert state("mail").pending == state("mail").parked == 0


def test_the_form_s_editors_are_told(form, post_office):
    with api.env.adopt_user(username="admin"):
        api.user.create("eva@example.org", "eva", "Secret-123456")
        api.user.create("gus@example.org", "gus", "Secret-123456")
        api.group.create("team")
        api.group.add_user(groupname="team", username="gus")
        form.manage_setLocalRoles("eva", ["Editor"])
        form.manage_setLocalRoles("team", ["Editor"])
        form.manage_setLocalRoles("nobody", ["Owner"])
    give_rules(form, notification(mail={"to": [], "to_editors": True}))
    send(form, name="Ada")
    drain(form)

    assert {m["To"] for m in post_office.mails} >= {
        "eva@example.org",
        "gus@example.org",
    }


def test_the_language_is_that_of_the_form(form, post_office):
    form.language = "de"
    give_rules(form, notification(mail={"text": "${submission:answers}"}))
    send(form, agreed="1")
    drain(form)

    assert "Agreed: Ja" in text_of(post_office.mails[0])
    assert '<html lang="de">' in html_of(post_office.mails[0])


def test_a_receipt_answers_the_sender_and_repeats_no_free_text(form, post_office):
    give_rules(
        form, receipt(mail={"subject": "Dear ${name}", "text": "${message}|${topic}"})
    )
    send(form, name="Buy now", address="Ada@Example.org", message="spam", topic="blame")
    drain(form)

    (mail,) = post_office.mails
    assert mail["To"] == "Ada@Example.org"
    assert mail["Subject"] == "Dear"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert text_of(mail) == "|Blame\n"


def test_a_receipt_repeats_what_was_typed_if_administrators_allow_it(form, post_office):
    api.portal.set_registry_record("collective.hoard.delivery.receipts_quote", True)
    give_rules(form, receipt(mail={"subject": "Dear ${name}"}))
    send(form, name="Ada", address="ada@example.org", message="Hello there")
    drain(form)

    (mail,) = post_office.mails
    assert "Message: Hello there" in text_of(mail)
    assert mail["Subject"] == "Dear"


def test_an_address_gets_only_so_many_receipts(form, post_office):
    give_rules(form, receipt())
    for number in range(6):
        send(form, name="x", address=f"V{'i' if number % 2 else 'I'}ctim@example.org")
    send(form, name="x", address="other@example.org")
    send(form, name="no address")
    drain(form)

    addresses = [mail["To"].lower() for mail in post_office.mails]
    assert addresses == ["victim@example.org"] * 3 + ["other@example.org"]


def test_an_address_that_mail_cannot_carry_is_parked(form, post_office):
    give_rules(form, receipt())
    send(form, name="x", address="jörg@example.org")
    send(form, name="x", address="joerg@bücher.example")
    drain(form)

    (left,) = parked(api.portal.get(), "mail")
    assert "needs SMTPUTF8" in left.error
    assert [m["To"] for m in post_office.mails] == ["joerg@xn--bcher-kva.example"]


def test_without_a_sender_s_address_mails_wait(form, post_office):
    give_rules(form, notification())
    getUtility(IRegistry)["plone.email_from_address"] = None
    send(form, name="Ada")
    drain(form)

    assert state("mail").pending == 1
    assert "no sender's address" in state("mail").last_error
