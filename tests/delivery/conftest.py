"""A form with rules, and a real mail server that keeps what it gets."""

from aiosmtpd.controller import Controller
from collective.hoard.connections.interfaces import IServiceDirectory
from collective.hoard.delivery.rules import empty_rules
from collective.hoard.delivery.stored import set_rules
from collective.hoard.forms.submit import submit
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from email import message_from_bytes
from email.policy import default
from forms.conftest import definition
from forms.conftest import field
from forms.conftest import kinds  # noqa: F401 - a fixture
from forms.conftest import make_form
from plone import api
from plone.base.interfaces import IPloneSiteRoot
from servers.server import free_port
from zope.component import adapter
from zope.component import getGlobalSiteManager
from zope.globalrequest import clearRequest
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest
from zope.interface import implementer
import pytest
import transaction


TOPICS = [{"value": "praise", "title": "Praise"}, {"value": "blame", "title": "Blame"}]
CONTACT = definition(
    field("text", "name", title="Your name"),
    field("email", "address", title="Your address"),
    field("one_of", "topic", options=TOPICS, title="Topic"),
    field("long_text", "message", title="Message"),
    field("integer", "count", title="How many?"),
    field("yes_no", "agreed", title="Agreed"),
    field("file", "paper", title="Paper"),
)


def notification(id="tell", **more):
    """Plain data of a rule that tells the office."""
    mail = {
        "to": ["office@example.org"],
        "subject": "News from ${name}",
        "text": "Hello,\n\n${submission:answers}\n\nSee ${submission:url}",
        **more.pop("mail", {}),
    }
    return {"id": id, "target": "mail", "events": ["added"], "mail": mail, **more}


def receipt(id="thanks", **more):
    """Plain data of a rule that answers the sender."""
    mail = {
        "address_field": "address",
        "subject": "We got it: ${form:title}",
        "text": "Thank you.\n\n${submission:answers}",
        **more.pop("mail", {}),
    }
    return {"id": id, "target": "receipt", "events": ["added"], "mail": mail, **more}


def message_rule(target, id="send", events=("added",), **more):
    return {"id": id, "target": target, "events": list(events), **more}


def rules(*listed):
    return {**empty_rules(), "rules": list(listed)}


def give_rules(form, *listed):
    with api.env.adopt_user(username="admin"):
        set_rules(form, rules(*listed))
    transaction.commit()


def send(form, **values):
    """A submission; its key."""
    key = submit(form, values).key
    transaction.commit()
    return key


def drain(form):
    """Deliver what waits, without a request as a drainer is; ``{target: Drained}``."""
    transaction.commit()
    site, request = api.portal.get(), getRequest()
    clearRequest()
    try:
        return drain_once(site)
    finally:
        setRequest(request)
        transaction.begin()


def state(target):
    transaction.begin()
    return outbox_state(api.portal.get()).get(target)


@pytest.fixture
def services():
    """``services[name] = ServiceSettings``: what is configured in the site."""
    found = {}

    @implementer(IServiceDirectory)
    @adapter(IPloneSiteRoot)
    class Directory:
        def __init__(self, site):
            self.get = found.get
            self.names = found.keys

    manager = getGlobalSiteManager()
    previous = manager.adapters.lookup1(IPloneSiteRoot, IServiceDirectory)
    manager.registerAdapter(Directory)
    yield found
    manager.unregisterAdapter(Directory)
    if previous is not None:
        manager.registerAdapter(previous, (IPloneSiteRoot,), IServiceDirectory)


@pytest.fixture
def form(functional):
    portal = functional["portal"]
    api.portal.set_registry_record("plone.email_from_address", "site@example.org")
    api.portal.set_registry_record("plone.email_from_name", "The site")
    return make_form(portal, CONTACT)


@dataclass
class Post:
    """A mail server's handler. ``answers`` maps addresses to what it says to
    RCPT, ``data_answer`` is what it says to the mail itself."""

    mails: list = dataclass_field(default_factory=list)
    envelopes: list = dataclass_field(default_factory=list)
    answers: dict = dataclass_field(default_factory=dict)
    data_answer: str = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.data_answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
            self.envelopes.append(envelope)
        return self.data_answer


@pytest.fixture
def post_office(form):
    """A real SMTP server; `Post`, with ``start()`` and ``stop()``."""
    post = Post()
    port = free_port()
    controllers = []

    def start():
        controllers.append(
            Controller(post, hostname="127.0.0.1", port=port, ready_timeout=60)
        )
        controllers[-1].start()

    def stop():
        controllers.pop().stop()

    post.start, post.stop = start, stop
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", port)
    transaction.commit()
    start()
    yield post
    while controllers:
        stop()


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail):
    return mail.get_body(("html",)).get_content().replace("\r\n", "\n")
