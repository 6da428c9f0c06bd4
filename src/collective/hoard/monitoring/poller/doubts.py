"""What a configuration says in the right form and still cannot work."""

from ..checks.interfaces import CheckUnusable
from ..checks.reach import literal
from ..checks.secrets import resolve
from ..database.engine import database_url
from ..database.engine import look_at_url
from ..foreign import flaw
from ..foreign import flaw_within
from ..foreign import is_url
from ..interfaces import MonitoringError
from ..telling.channels.addresses import flaw_of_address
from ..telling.channels.settings import MailSettings
from dataclasses import asdict
from pathlib import Path
import os
import re
import ssl


#: {section.setting: (least, most)}
BOUNDS = {
    "poller.concurrency": (1, 10_000),
    "poller.processes": (1, 1000),
    "poller.batch": (1, 1_000_000),
    "poller.spool": (1, 100_000_000),
    "poller.flush": (0.01, 60),
    "poller.patience": (0, 3600),
    "poller.clock_settle": (0, 86_400),
    "poller.housekeeping": (1, 86_400),
    "http.max_bytes": (1000, 1_000_000_000),
    "http.max_results": (1, 1_000_000),
    "http.max_clients": (0, 1_000_000),
    "mail.port": (1, 65_535),
    "mail.timeout": (0.1, 600),
    "satellite.max_age": (60, 10 * 366 * 86_400),
    "satellite.max_bytes": (10_000, 10**15),
    "satellite.replay": (0.1, 1000),
}
#: Settings that hold a secret by its reference, never itself.
SECRETS = (
    "http.events_secret",
    "http.metrics_secret",
    "mail.password",
    "satellite.token",
)
TLS = ("none", "starttls", "tls")
_MARK = re.compile(r"\{([^{}]*)\}")


def doubts(configuration):
    """A line for each; see the module."""
    yield from bounds(configuration)
    yield from _database(configuration)
    yield from _poller(configuration.poller)
    yield from _checks(configuration)
    yield from _commands(configuration.exec)
    yield from _listening(configuration.http)
    yield from _mail("mail", configuration.mail)
    yield from _satellite(configuration.satellite)
    for name in SECRETS:
        section, _, setting = name.partition(".")
        yield from referred(name, getattr(getattr(configuration, section), setting))
    for number, row in enumerate(configuration.mqtt, 1):
        yield from _mqtt(f"mqtt {number}", row, configuration.poller.name)
    for number, row in enumerate(configuration.amqp, 1):
        yield from _amqp(f"amqp {number}", row, configuration.poller.name)
    yield from _telling(configuration.telling)


def bounds(configuration):
    for name, (least, most) in BOUNDS.items():
        section, _, setting = name.partition(".")
        value = getattr(getattr(configuration, section), setting)
        if value < least:
            yield f"{name} must be at least {least:g}."
        elif value > most:
            yield f"{name} must be at most {most:,}."


def referred(where, text):
    """Doubts about a setting that is empty or refers to a secret."""
    if not text:
        return
    if not text.startswith(("env:", "file:/")):
        # Not quoted: it may be the secret.
        yield f"{where} must be env:NAME or file:/path, which hold the secret."
        return
    try:
        resolve(text)
    except CheckUnusable as error:
        yield f"{where}: {error}"


def resolved(where, text):
    """(what *text* says or refers to, doubts)"""
    if not text.startswith(("env:", "file:/")):
        return text, []
    try:
        return resolve(text), []
    except CheckUnusable as error:
        return "", [f"{where}: {error}"]


def _database(configuration):
    text, problems = resolved("database.url", configuration.database.url)
    yield from problems
    if problems:
        return
    try:
        url = database_url(text)
        look_at_url(url)
    except MonitoringError as error:
        yield f"database.url: {error}"
        return
    if url.get_backend_name() == "sqlite":
        yield from folder_of("database.url", url.database)


def folder_of(where, path):
    if path and not Path(path).absolute().parent.is_dir():
        yield f"{where}: there is no folder for {path}."


def _poller(poller):
    yield from source_name("poller.name", poller.name)
    yield from folder_of("poller.spool_file", poller.spool_file)


def source_name(where, name):
    if not name.strip():
        yield f"{where} must not be empty."
    elif words := flaw(name, 200):
        yield f"{where} {words}."


def _checks(configuration):
    checks = configuration.checks
    try:
        configuration.reach_for_checks()
    except ValueError as error:
        yield f"reach: {error}."
    yield from authorities("checks.ca_file", checks.ca_file)
    for text in checks.nameservers:
        if not literal(text):
            yield f"checks.nameservers: {text!r} is no IP address."
    for number, text in enumerate(checks.secrets, 1):
        where = f"checks.secrets, entry {number},"
        yield from referred(where, text or "empty")


def authorities(where, path):
    """Doubts about a file of certificates that are trusted."""
    if not path:
        return
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        yield f"{where}: {path} cannot be used: {error.strerror or error}."


def _commands(settings):
    for name, path in settings.commands.items():
        if not os.path.isabs(path) or not os.access(path, os.X_OK):
            yield f"exec.commands.{name}: {path} is not an absolute path of a program."
    for path in settings.directories:
        if not os.path.isdir(path):
            yield f"exec.directories: there is no folder {path}."


def _listening(http):
    if http.listen and not http.address():
        yield "http.listen must be like 127.0.0.1:8094."
    if bool(http.tls_certificate) is not bool(http.tls_key):
        yield "http.tls_certificate and http.tls_key belong together."
    elif http.tls_certificate:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                http.tls_certificate, http.tls_key
            )
        except OSError as error:
            yield f"http.tls_certificate cannot be used: {error}."


def _mail(where, mail):
    if mail.tls not in TLS:
        yield f"{where}.tls must be one of: {', '.join(TLS)}."
    if mail.sender and (words := flaw_of_address("mail", mail.sender)):
        yield f"{where}.sender: {words}"


def _satellite(satellite):
    if not satellite.centre:
        return
    if not is_url(satellite.centre, ("http", "https")):
        yield "satellite.centre must be like https://monitoring.example.org/poller."
    if not satellite.token:
        yield "satellite.token is missing: env:NAME or file:/path of its token."
    yield from authorities("satellite.ca_file", satellite.ca_file)
    yield from folder_of("satellite.spool", satellite.spool)


def _mqtt(where, row, poller):
    yield from _broker(where, row, poller, ("mqtt", "mqtts"))
    yield from authorities(f"{where}: ca_file", row.ca_file)
    words = row.topic.split("/")
    if not row.topic or any(set(w) & set("+#") and len(w) > 1 for w in words):
        yield f"{where}: topic has + and # as whole words only, like a/+/b."
    elif "#" in words[:-1]:
        yield f"{where}: in topic # is the last word."
    wildcards = sum(word in {"+", "#"} for word in words)
    known = {"topic", *map(str, range(1, wildcards + 1))}
    for mark in _MARK.findall(row.check):
        if mark not in known:
            yield (
                f"{where}: check has {{{mark}}}, but topic {row.topic!r} has"
                f" {wildcards} wildcards: use {{topic}}, {{1}} and so on."
            )


def _amqp(where, row, poller):
    yield from _broker(where, row, poller, ("amqp", "amqps"))
    if not row.queue or len(row.queue.encode()) > 255:
        yield f"{where}: queue must be a name of up to 255 bytes."


def _broker(where, row, poller, schemes):
    url, problems = resolved(f"{where}: url", row.url)
    yield from problems
    if not problems and not is_url(url, schemes):
        # Not quoted: it may hold a password.
        yield f"{where}: url must begin with {schemes[0]}:// or {schemes[1]}://."
    yield from referred(f"{where}: password", row.password)
    yield from source_name(f"{where}: source", row.source)
    if row.source == poller:
        yield f"{where}: source must not be the poller's own name, {poller!r}."


def _telling(telling):
    from ..telling.channels import make_channels

    for name in sorted(set(telling) - {"link", "channels"}):
        yield f"telling.{name} is not a known setting."
    if not isinstance(telling.get("link", ""), str):
        yield "telling.link must be a text."
    if words := flaw_within(telling):
        yield f"telling {words}."
    channels = telling.get("channels", {})
    try:
        make_channels(channels)
    except (MonitoringError, TypeError, AttributeError) as error:
        yield f"telling.channels: {error}"
        return
    for name, settings in channels.items():
        yield from _channel(f"telling.channels.{name}", name, settings)


def _channel(where, name, settings):
    for key, default in asdict(MailSettings()).items():
        value = settings.get(key, default)
        kind = (int, float) if isinstance(default, float) else type(default)
        if not isinstance(value, kind) or isinstance(value, bool):
            yield f"{where}.{key} must be a {'text' if kind is str else 'number'}."
            return
    if not 0 < settings.get("timeout", 1) <= 600:
        yield f"{where}.timeout must be between 0 and 600 seconds."
    yield from referred(f"{where}.password", settings.get("password", ""))
    if name == "mail":
        yield from _mail(where, MailSettings(**settings))
        if not 0 < settings.get("port", 25) <= 65_535:
            yield f"{where}.port must be between 1 and 65535."
    elif name in ("amqp", "mqtt"):
        if not is_url(str(settings.get("url")), (name, f"{name}s")):
            yield f"{where}.url must begin with {name}:// or {name}s://."
