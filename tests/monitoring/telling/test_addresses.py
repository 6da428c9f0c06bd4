"""Addresses of contacts: what can never be sent to is refused before it is stored."""

from collective.hoard.monitoring.telling.channels.addresses import flaw_of_address
from monitoring_world import World
import logging
import pytest


@pytest.mark.parametrize(
    "channel,address",
    [
        ("mail", "anna@example.org"),
        ("mail", "anna+hoard@mail.example.org"),
        ("mail", "root@localhost"),
        ("webhook", "https://example.org/hook?x=1"),
        ("webhook", "http://[::1]:8080/"),
        ("amqp", "queue"),
        ("amqp", "exchange/routing.key"),
        ("mqtt", "hoard/alarms"),
    ],
)
def test_a_good_address_is_taken(channel, address):
    assert flaw_of_address(channel, address) == ""


@pytest.mark.parametrize(
    "channel,address",
    [
        ("mail", "nope"),
        ("mail", "@example.org"),
        ("mail", "anna@"),
        ("mail", "anna@exa mple.org"),
        ("mail", "a@b, c@d"),
        ("mail", "Anna <anna@example.org>"),
        ("mail", "anna@example..org"),
        ("mail", "anna@example.org\nBcc: all@example.org"),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "example.org"),
        ("webhook", "https://"),
        ("webhook", "https://example.org:port/"),
        ("webhook", "https://[::1"),
        ("amqp", "/key"),
        ("amqp", "q" * 256),
        ("mqtt", "a/#"),
        ("mqtt", "/"),
        ("mqtt", "a\0b"),
        ("webhook", "https://example.org/\ud800"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_words(channel, address):
    assert flaw_of_address(channel, address).endswith(".")


def test_a_message_that_fails_for_good_is_in_the_log(tmp_path, caplog):
    from collective.hoard.monitoring.telling.interfaces import Refused

    world = World(tmp_path / "hoard.db")
    world.checks("www")
    world.roster()
    world.start()
    world.recorder.error = Refused("550 no such user")
    with caplog.at_level(logging.ERROR):
        world.change(www="crit")
        world.wait(120)
    assert "to anna by mail failed for good: 550 no such user" in caplog.text
