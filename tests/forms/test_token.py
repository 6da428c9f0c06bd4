"""One-time tokens: who may send a form, and how often."""

from collective.hoard.forms.interfaces import SentTooFast
from collective.hoard.forms.interfaces import TokenRefused
from collective.hoard.forms.token import issue
from collective.hoard.forms.token import redeem
from plone.keyring.interfaces import IKeyManager
from plone.keyring.keymanager import KeyManager
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from zope.component import provideUtility
import pytest


NOON = 1_800_000_000.0
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def keys():
    pushGlobalRegistry()
    manager = KeyManager()
    provideUtility(manager, IKeyManager)
    yield manager
    popGlobalRegistry()


def test_a_token_is_good_for_its_form():
    number = redeem(issue("uid", NOON), "uid", now=NOON + 60)

    assert number >> 20 == int(NOON * 1000)
    assert number < 2**63


def test_tokens_of_the_same_moment_differ():
    assert len({issue("uid", NOON) for _ in range(100)}) > 90


@pytest.mark.parametrize("age", [-30, 0, DAY - 1])
def test_a_token_is_good_for_a_day(age):
    assert redeem(issue("uid", NOON), "uid", fill_seconds=-60, now=NOON + age)


@pytest.mark.parametrize("age", [-61, DAY + 1, 400 * DAY])
def test_a_token_of_another_day_or_of_the_future_is_refused(age):
    with pytest.raises(TokenRefused):
        redeem(issue("uid", NOON), "uid", now=NOON + age)


def test_a_token_of_another_form_is_refused():
    with pytest.raises(TokenRefused):
        redeem(issue("other", NOON), "uid", now=NOON)


def test_what_comes_too_soon_is_asked_to_wait():
    token = issue("uid", NOON)

    with pytest.raises(SentTooFast):
        redeem(token, "uid", fill_seconds=2, now=NOON + 1)
    assert redeem(token, "uid", fill_seconds=2, now=NOON + 2)


GOOD = "a" * 64
FORGED = [
    None, "", "-", "1-", f"-{GOOD}", f"1-{GOOD}", f"1-{'A' * 64}", f"x-{GOOD}",
    f"1-{GOOD}\n", f" 1-{GOOD}", f"{'9' * 20}-{GOOD}", f"{'9' * 10**6}-{GOOD}",
    f"-1-{GOOD}", f"١-{GOOD}", f"1-{'é' * 64}", f"1-{GOOD}\x00", "\udcff", 7, b"1-a",
    ["1-a"], {"1": "a"}, f"1-{'a' * 63}", f"1.0-{GOOD}", True,
]  # fmt: skip


@pytest.mark.parametrize("text", FORGED, ids=lambda v: repr(v)[:20])
def test_a_forged_token_is_refused(text):
    with pytest.raises(TokenRefused):
        redeem(text, "uid", now=NOON)


@pytest.mark.parametrize("place", range(0, 80, 7))
def test_no_character_of_a_token_can_be_changed(place):
    token = issue("uid", NOON)
    changed = "1" if token[place] != "1" else "2"

    with pytest.raises(TokenRefused):
        redeem(token[:place] + changed + token[place + 1 :], "uid", now=NOON)


def test_form_and_number_cannot_be_shifted_against_each_other():
    number, _, signature = issue("uid1", now=5).partition("-")
    shifted = int(f"1{number}")

    with pytest.raises(TokenRefused):
        redeem(f"{shifted}-{signature}", "uid", now=(shifted >> 20) / 1000)


def test_a_token_outlives_a_change_of_keys(keys):
    token = issue("uid", NOON)
    keys.rotate("_system")

    assert redeem(token, "uid", now=NOON)
    assert redeem(issue("uid", NOON), "uid", now=NOON)


def test_a_token_of_forgotten_keys_is_refused(keys):
    token = issue("uid", NOON)
    keys.clear("_system")
    keys.rotate("_system")

    with pytest.raises(TokenRefused):
        redeem(token, "uid", now=NOON)
