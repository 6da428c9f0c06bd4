"""Links as receivers make them and strangers follow them."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.ledger.files import hold
from collective.hoard.links import downloads
from collective.hoard.links import links_of
from collective.hoard.links import make_link
from collective.hoard.links import revoke
from collective.hoard.links.interfaces import EXPORT
from collective.hoard.links.interfaces import FILE
from collective.hoard.links.interfaces import LinkRefused
from collective.hoard.links.interfaces import Target
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from plone import api
from plone.uuid.interfaces import IUUID
import pytest
import transaction


DAY = timedelta(days=1)


@pytest.fixture
def form(functional):
    form = make_form(data=definition(field("name"), field("paper", "file")))
    add_row(form, {"name": "Ada", "paper": a_file(b"the content")})
    transaction.commit()
    return form


@pytest.fixture
def key(form):
    return find_ledger(form).bounds()[0]


def site():
    return api.portal.get()


def a_link(form, target, lifetime=DAY, **options):
    made = make_link(site(), target, made_for="Ada", lifetime=lifetime, **options)
    transaction.commit()
    return made


def file_of(form, key, field="paper"):
    return Target(FILE, IUUID(form), key=key, field=field)


def get(functional, url):
    """``(status, body, browser)`` for somebody without a name."""
    visitor = browser(functional["app"])
    visitor.handleErrors = True
    visitor.raiseHttpErrors = False
    visitor.open(url)
    transaction.begin()
    return status(visitor), visitor.contents, visitor


def test_a_stranger_with_the_link_gets_the_file(functional, form, key):
    link, url = a_link(form, file_of(form, key))

    code, body, visitor = get(functional, url)

    assert (code, body) == (200, b"the content")
    assert "attachment" in visitor.headers["Content-Disposition"]
    assert visitor.headers["Referrer-Policy"] == "no-referrer"
    (use,) = downloads(site())
    assert (use.link_id, use.user_id) == (link.id, None)


def test_a_link_to_an_export(functional, form):
    _link, url = a_link(form, Target(EXPORT, IUUID(form), format="csv"))

    code, body, _visitor = get(functional, url)

    assert code == 200
    assert "Ada" in body


@pytest.fixture
def invalid(functional):
    """The page that says that a link is not valid."""
    return get(functional, f"{site().absolute_url()}/@@hoard-link/nonsense")[1]


def without_addresses(html):
    """Plone's page names its own address here and there."""
    return [line for line in html.splitlines() if "hoard-link/" not in line]


def assert_invalid(functional, url, invalid):
    code, html, _visitor = get(functional, url)
    assert code == 404
    assert without_addresses(html) == without_addresses(invalid)


def expired(form, key):
    past = datetime.now(UTC) - 2 * DAY
    return a_link(form, file_of(form, key), now=past)[1]


def revoked(form, key):
    link, url = a_link(form, file_of(form, key))
    revoke(site(), link.id)
    return url


def of_a_removed_row(form, key):
    url = a_link(form, file_of(form, key))[1]
    find_ledger(form).remove(key)
    return url


def of_a_held_file(form, key):
    url = a_link(form, file_of(form, key))[1]
    hold(find_ledger(form).get(key).values["paper"])
    return url


def with_another_end(form, key):
    return a_link(form, file_of(form, key))[1] + "A"


def with_another_name(form, key):
    return a_link(form, file_of(form, key))[1] + "/paper.pdf"


@pytest.mark.parametrize(
    "make",
    [
        expired,
        revoked,
        of_a_removed_row,
        of_a_held_file,
        with_another_end,
        with_another_name,
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(functional, form, key, make, invalid):
    url = make(form, key)
    transaction.commit()

    assert_invalid(functional, url, invalid)
    assert downloads(site()) == []


def test_without_a_token(functional, form, invalid):
    code, _html, _visitor = get(functional, f"{site().absolute_url()}/@@hoard-link")

    assert code == 404


def test_secrets_outside_of_the_database(functional, form, key, monkeypatch, invalid):
    monkeypatch.setenv("HOARD_TEST_NEW", "n" * 32)
    monkeypatch.setenv("HOARD_TEST_OLD", "o" * 32)
    record = "collective.hoard.link_secrets"
    api.portal.set_registry_record(record, ("env:HOARD_TEST_OLD",))
    _link, url = a_link(form, file_of(form, key))

    api.portal.set_registry_record(record, ("env:HOARD_TEST_NEW", "env:HOARD_TEST_OLD"))
    transaction.commit()
    assert get(functional, url)[0] == 200

    api.portal.set_registry_record(record, ("env:HOARD_TEST_NEW",))
    transaction.commit()
    assert_invalid(functional, url, invalid)

    monkeypatch.setenv("HOARD_TEST_NEW", "short")
    assert_invalid(functional, url, invalid)


@pytest.mark.parametrize(
    "lifetime, made_for",
    [(timedelta(0), "Ada"), (timedelta(days=400), "Ada"), (DAY, " "), (DAY, "x" * 201)],
)
def test_a_link_needs_an_end_and_somebody_it_is_for(form, key, lifetime, made_for):
    with pytest.raises(LinkRefused):
        make_link(site(), file_of(form, key), made_for=made_for, lifetime=lifetime)

    assert links_of(site(), IUUID(form)) == []


def test_no_link_to_what_is_not_there(form, key):
    for target in (
        file_of(form, key + 1),
        file_of(form, key, "name"),
        file_of(form, key, "none"),
        Target(FILE, "none", key=key, field="paper"),
        Target(EXPORT, IUUID(form), format="exe"),
        Target("other", IUUID(form)),
    ):
        with pytest.raises(LinkRefused):
            a_link(form, target)


@pytest.fixture
def editor(functional, form):
    """A browser of somebody who may read submissions."""
    name = add_user(form, "Editor")
    transaction.commit()
    return browser(functional["app"], name)


def test_an_editor_makes_uses_and_withdraws_a_link(functional, form, key, editor):
    url = f"{form.absolute_url()}/@@hoard-links"
    editor.open(f"{url}?key={key}&field=paper")
    editor.getControl(name="made_for").value = "<b>Grace</b>"
    editor.getControl(name="action", index=0).click()
    made = BeautifulSoup(editor.contents, "html.parser").find(id="hoard-made-link")
    link = made["value"]
    assert get(functional, link)[0] == 200
    assert "<b>Grace" not in editor.contents

    editor.open(url)
    assert "&lt;b&gt;Grace" in editor.contents
    editor.getControl("Withdraw").click()

    assert get(functional, link)[0] == 404


def test_the_page_of_a_submission_leads_there(form, key, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-submissions/{key}")

    assert f"@@hoard-links?key={key}&amp;field=paper" in editor.contents


def test_nothing_is_made_without_the_token_against_forged_requests(form, key, editor):
    editor.raiseHttpErrors = False
    editor.open(
        f"{form.absolute_url()}/@@hoard-links",
        f"action=make&key={key}&field=paper&made_for=x&hours=1",
    )
    transaction.begin()

    assert links_of(site(), IUUID(form)) == []


def test_an_export_needs_the_right_to_export(functional, form):
    site().manage_permission("collective.hoard: Export Submissions", ["Manager"])
    name = add_user(form, "Editor")
    transaction.commit()
    reader = browser(functional["app"], name)
    reader.open(f"{form.absolute_url()}/@@hoard-links")

    assert 'name="made_for"' not in reader.contents


def test_strangers_see_no_list(functional, form):
    assert get(functional, f"{form.absolute_url()}/@@hoard-links")[0] in (401, 200)
    assert "made_for" not in get(functional, f"{form.absolute_url()}/@@hoard-links")[1]


def test_old_links_are_forgotten(form, key):
    past = datetime.now(UTC) - timedelta(days=500)
    a_link(form, file_of(form, key), now=past)

    link, _url = a_link(form, file_of(form, key))

    assert [one.id for one in links_of(site(), IUUID(form))] == [link.id]
