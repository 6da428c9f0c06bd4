"""Configurations that cannot work: said before anything starts."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.interfaces import WrongUse
from collective.hoard.monitoring.poller.configuration import load
import pytest


MQTT = "[[mqtt]]\nurl = 'mqtt://broker'\n"
AMQP = "[[amqp]]\nurl = 'amqp://broker'\n"


@pytest.mark.parametrize(
    "text,words",
    [
        ("[checks]\nca_file = '/none.pem'", "checks.ca_file: /none.pem cannot be used"),
        (f"[checks]\nca_file = '{__file__}'", "checks.ca_file: .* cannot be used"),
        ("[checks]\nnameservers = ['foo']", "nameservers: 'foo' is no IP address"),
        ("[checks]\nsecrets = ['PLAIN']", "entry 1, must be env:NAME or file:/path"),
        ("[checks]\nsecrets = ['env:NOPE_NONE']", "NOPE_NONE is not set"),
        ("[mail]\ntls = 'maybe'", "mail.tls must be one of: none, starttls, tls"),
        ("[mail]\nport = 0", "mail.port must be at least 1"),
        ("[mail]\nsender = 'nope'", "mail.sender: 'nope' is no mail address"),
        ("[telling.channels.mail]\nport = 'x'", "telling.channels.mail.port"),
        ("[telling.channels.mail]\ntls = 'x'", "telling.channels.mail.tls"),
        ("[telling.channels.mqtt]\nurl = 'http://x'", "mqtt.url must begin with mqtt"),
        ("[telling.channels.webhook]\ntimeout = nan", "telling holds a number"),
        ("[http]\nevents_secret = 'plain'", "http.events_secret must be env:NAME"),
        ("[http]\nmetrics_secret = 'plain'", "http.metrics_secret must be env:NAME"),
        ("[mail]\npassword = 'plain'", "mail.password must be env:NAME"),
        ("[poller]\nspool_file = '/none/spool'", "no folder for /none/spool"),
        ("[database]\nurl = '/none/a.db'", "no folder for /none/a.db"),
        ("[database]\nurl = 'mysql://u@h/x'", "database.url: mysql is not supported"),
        (
            "[database]\nurl = 'postgresql://u@h:port/x'",
            "database.url: .*cannot be read",
        ),
        (f"[poller]\nname = {'[' * 9999}", "nested too deeply"),
        ('[checks]\nca_file = "a\\u0000b"', "checks.ca_file holds a NUL character"),
        ('[exec]\ncommands = {a = "/\\u0000"}', "exec.commands holds a NUL"),
        ("[poller]\nflush = 0.0", "poller.flush must be at least 0.01"),
        ("[poller]\nhousekeeping = -1.0", "poller.housekeeping must be at least 1"),
        ("[poller]\npatience = inf", "poller.patience must be a number"),
        ("[poller]\nclock_settle = nan", "poller.clock_settle must be a number"),
        ("[poller]\nname = ''", "poller.name must not be empty"),
        ("[satellite]\ncentre = 'x'\ntoken = 'env:HOME'", "satellite.centre must be"),
        ("[satellite]\ncentre = 'https://x'", "satellite.token is missing"),
        (
            "[satellite]\ncentre = 'https://x'\ntoken = 'env:HOME'\nca_file = '/none'",
            "satellite.ca_file: /none cannot be used",
        ),
        (
            "[satellite]\ncentre = 'https://x'\ntoken = 'env:HOME'\nspool = '/none/s'",
            "satellite.spool: there is no folder",
        ),
        ("[[mqtt]]\nurl = 'http://x'", "mqtt 1: url must begin with mqtt://"),
        ("[[mqtt]]\nurl = 'mqtt://x:port'", "mqtt 1: url must begin with mqtt://"),
        (f"{MQTT}source = ''", "mqtt 1: source must not be empty"),
        (f"{MQTT}source = 'local'", "source must not be the poller's own name"),
        (f"{MQTT}topic = 'a/#/b'", "# is the last word"),
        (f"{MQTT}topic = 'a/b+'", "whole words"),
        (f"{MQTT}topic = 'a/+'\ncheck = 'room {{7}}'", r"check has \{7\}"),
        (f"{MQTT}ca_file = '/none'", "mqtt 1: ca_file: /none cannot be used"),
        (f"{MQTT}password = 'plain'", "mqtt 1: password must be env:NAME"),
        ("[[amqp]]\nurl = 'http://x'", "amqp 1: url must begin with amqp://"),
        (f"{AMQP}queue = ''", "amqp 1: queue must be"),
    ],
)
def test_what_cannot_work_is_named(tmp_path, text, words):
    path = tmp_path / "poller.toml"
    path.write_text(text)
    with pytest.raises(WrongUse, match=words):
        load(path)


@pytest.mark.parametrize("word", ["http.events_secret", "mail.password"])
def test_a_secret_by_mistake_is_not_repeated(tmp_path, word):
    section, _, name = word.partition(".")
    path = tmp_path / "poller.toml"
    path.write_text(f"[{section}]\n{name} = 'hunter2'")
    with pytest.raises(WrongUse) as caught:
        load(path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("command", ["run", "once"])
def test_the_configuration_of_a_satellite_is_no_pollers(tmp_path, capsys, command):
    path = tmp_path / "poller.toml"
    path.write_text("[satellite]\ncentre = 'https://x'\ntoken = 'env:HOME'")
    assert main([command, "--config", str(path), "--check-config"]) == 2
    assert "hoard-poller satellite" in capsys.readouterr().err
