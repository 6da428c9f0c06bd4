"""Uploads are scanned by a real clamd, or a socket that plays a broken one."""

from collective.hoard.controlpanel.services import prefix_of
from collective.hoard.forms.browser.download import NOT_YET
from collective.hoard.forms.interfaces import SubmissionRefused
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.submit import submit
from collective.hoard.ledger.files import held
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.scanning.findings import findings
from collective.hoard.scanning.inspector import CANNOT
from collective.hoard.scanning.inspector import TOO_LARGE
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from io import BytesIO
from plone import api
from servers.clamd import EICAR
from servers.clamd import SIGNATURE
from socket import create_server
import pytest
import transaction


pytestmark = pytest.mark.services


@pytest.fixture
def form(functional):
    fields = [field("name"), field("paper", "file", extensions=["txt"])]
    return make_form(data=definition(*fields))


def configure(mode, url, timeout=5.0):
    api.portal.set_registry_record("collective.hoard.scan_uploads", mode)
    use_clamd(url, timeout)


def use_clamd(url, timeout=5.0):
    for name, value in {"enabled": True, "url": url, "timeout": timeout}.items():
        api.portal.set_registry_record(f"{prefix_of('clamd')}.{name}", value)
    transaction.commit()


def an_upload(content, name="paper.txt"):
    """What a browser sends, as Zope shows it."""
    upload = BytesIO(content)
    upload.filename = name
    return upload


def send(form, content):
    """Submit a file; the stored value."""
    key = submit(form, {"name": "Ada", "paper": an_upload(content)}).key
    transaction.commit()
    return key, stored(form, key)


def stored(form, key):
    return find_ledger(form).get(key).values["paper"]


def refusal(form, content):
    with pytest.raises(SubmissionRefused) as refused:
        submit(form, {"name": "Ada", "paper": an_upload(content)})
    assert find_ledger(form) is None or not len(find_ledger(form))
    return refused.value.errors["paper"]


def page_of(form, key, *rest):
    """``(status, HTML or iterator)`` of the submission's page."""
    view = api.content.get_view("hoard-submissions", form, form.REQUEST)
    view = view.publishTraverse(form.REQUEST, str(key))
    for name in rest:
        view = view.publishTraverse(form.REQUEST, name)
    answer = view()
    return form.REQUEST.response.getStatus(), answer


def test_a_clean_file_passes_while_the_visitor_waits(form, clamd):
    configure("strict", clamd.url)

    _key, value = send(form, b"harmless")

    assert held(value) is None
    with value["blob"].open() as stream:
        assert stream.read() == b"harmless"


def test_an_infected_file_is_refused_with_its_signature(form, clamd):
    configure("strict", clamd.url)

    text = refusal(form, EICAR)

    assert text.mapping["signature"] == SIGNATURE


def test_strict_refuses_what_cannot_be_scanned(form, clamd):
    configure("strict", clamd.url)
    clamd.stop()

    assert refusal(form, b"harmless") == CANNOT


def test_strict_without_a_scanner_refuses(form):
    api.portal.set_registry_record("collective.hoard.scan_uploads", "strict")

    assert refusal(form, b"harmless") == CANNOT


def test_a_scanner_that_hangs_is_given_up(form):
    with create_server(("127.0.0.1", 0)) as server:
        configure("strict", f"tcp://127.0.0.1:{server.getsockname()[1]}", timeout=0.3)

        assert refusal(form, b"harmless") == CANNOT


def test_what_is_too_large_to_scan_is_refused(form, own_server):
    small = own_server("clamd", stream_max="100K")
    configure("strict", small.url)

    assert refusal(form, b"x" * 200_000) == TOO_LARGE


def test_a_quarantined_file_is_held_until_it_was_scanned(form, clamd):
    configure("quarantine", clamd.url)
    key, value = send(form, b"harmless")
    assert held(value) == ""
    assert page_of(form, key, "files", "paper")[0] == 409

    drain_once(api.portal.get())
    transaction.begin()

    assert held(stored(form, key)) is None
    assert outbox_state(api.portal.get())["scan"].pending == 0


def test_an_infected_quarantined_file_stays_held(form, clamd):
    configure("quarantine", clamd.url)
    key, _value = send(form, EICAR)

    drain_once(api.portal.get())
    transaction.begin()

    assert held(stored(form, key)) == SIGNATURE
    status, html = page_of(form, key, "files", "paper")
    assert status == 409
    assert SIGNATURE in html
    (found,) = findings(api.portal.get())
    assert (found.key, found.signature) == (key, SIGNATURE)
    assert found.filename == "paper.txt"
    with api.env.adopt_roles(["Manager"]):
        panel = api.content.get_view("hoard-controlpanel", api.portal.get())()
    assert SIGNATURE in panel


def test_nothing_is_lost_while_the_scanner_is_down(form, clamd):
    configure("quarantine", clamd.url)
    clamd.stop()
    keys = [send(form, b"harmless")[0] for _ in range(5)]
    state = drain_once(api.portal.get())
    transaction.begin()
    assert "scan" in state
    assert [held(stored(form, key)) for key in keys] == [""] * 5

    clamd.start()
    use_clamd(clamd.url)
    drain_once(api.portal.get())
    transaction.begin()

    assert [held(stored(form, key)) for key in keys] == [None] * 5


def test_the_page_says_why_there_is_no_file(form, clamd):
    configure("quarantine", clamd.url)
    key, _value = send(form, b"harmless")

    _status, html = page_of(form, key)

    assert NOT_YET in html
    assert "/files/paper" not in html


def test_rows_that_are_gone_do_not_stop_the_scanner(form, clamd):
    configure("quarantine", clamd.url)
    key, _value = send(form, b"harmless")
    find_ledger(form).remove(key)
    transaction.commit()

    drain_once(api.portal.get())
    transaction.begin()

    assert outbox_state(api.portal.get())["scan"].pending == 0


def test_without_scanning_nothing_is_asked_or_held(form):
    key, value = send(form, EICAR)

    assert held(value) is None
    assert find_ledger(form).get(key)
    assert "scan" not in outbox_state(api.portal.get())
