"""The poller's configuration: a TOML file, read strictly.

What is not known is an error with its place: a mistyped setting that is
passed over is worse than a poller that does not start.
"""

from ..checks.reach import networks
from ..checks.reach import Reach
from ..checks.secrets import resolve
from ..checks.secrets import Secrets
from ..checks.surroundings import Surroundings
from ..foreign import flaw_within
from ..foreign import is_number
from ..interfaces import WrongUse
from .sections import AmqpQueue
from .sections import Checks
from .sections import Database
from .sections import Exec
from .sections import Http
from .sections import Mail
from .sections import MqttTopic
from .sections import Poller
from .sections import ReachSettings
from .sections import Satellite
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import MISSING
from pathlib import Path
import tomllib


SECTIONS = {
    "database": Database,
    "poller": Poller,
    "http": Http,
    "reach": ReachSettings,
    "checks": Checks,
    "exec": Exec,
    "mail": Mail,
    "satellite": Satellite,
}
LISTS = {"mqtt": MqttTopic, "amqp": AmqpQueue}


@dataclass(frozen=True)
class Configuration:
    """See `sections` for each part; `docs/reference/poller.md` for people."""

    database: Database = field(default_factory=Database)
    poller: Poller = field(default_factory=Poller)
    http: Http = field(default_factory=Http)
    reach: ReachSettings = field(default_factory=ReachSettings)
    checks: Checks = field(default_factory=Checks)
    exec: Exec = field(default_factory=Exec)
    mail: Mail = field(default_factory=Mail)
    satellite: Satellite = field(default_factory=Satellite)
    mqtt: tuple = ()
    amqp: tuple = ()
    #: As it is written: `link`, and `channels` with the settings of each.
    telling: dict = field(default_factory=dict)

    def surroundings(self) -> Surroundings:
        """What all checks share."""
        return Surroundings(
            reach=self.reach_for_checks(),
            secrets=Secrets(frozenset(self.checks.secrets)),
            user_agent=self.checks.user_agent,
            ca_file=self.checks.ca_file or None,
            commands=dict(self.exec.commands),
            directories=tuple(self.exec.directories),
            nameservers=tuple(self.checks.nameservers),
            quick_handshakes=self.checks.quick_handshakes,
        )

    def reach_for_checks(self) -> Reach:
        return Reach(
            self.reach.private,
            networks(self.reach.allowed),
            networks(self.reach.denied),
        )


def load(path) -> Configuration:
    """Read and examine the file.

    :raises WrongUse: All that is wrong with it, a line each.
    """
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"The configuration {path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{path} is not TOML: {error}.") from error
    except RecursionError as error:
        raise WrongUse(f"{path} is nested too deeply.") from error
    problems = []
    configuration = build(tables, problems)
    if not problems:
        # It asks the database and the channels, which ask here for secrets.
        from .doubts import doubts

        problems = list(doubts(configuration))
    if problems:
        raise WrongUse(f"{path}:\n  " + "\n  ".join(problems))
    return configuration


def build(tables: dict, problems: list) -> Configuration | None:
    """What can be made of *tables*; what cannot is added to *problems*."""
    parts = {}
    for name, value in tables.items():
        if name in SECTIONS and isinstance(value, dict):
            parts[name] = section(SECTIONS[name], value, name, problems)
        elif name in LISTS and isinstance(value, list):
            kind = LISTS[name]
            parts[name] = tuple(section(kind, row, name, problems) for row in value)
        elif name == "telling" and isinstance(value, dict):
            parts[name] = value
        else:
            problems.append(f"[{name}] is not a known section.")
    return None if problems else Configuration(**parts)


def section(kind, table, name, problems):
    """An instance of *kind*, or None where something that is needed is missing."""
    types = {one.name: one.type.__name__ for one in fields(kind)}
    values = {}
    for key, value in table.items():
        if key not in types:
            problems.append(f"{name}.{key} is not a known setting.")
        elif not fits(value, types[key]):
            problems.append(f"{name}.{key} must be {WORDS[types[key]]}.")
        elif words := flaw_within(value):
            problems.append(f"{name}.{key} {words}.")
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    for one in fields(kind):
        if one.default is MISSING and one.default_factory is MISSING:
            if one.name not in table:
                problems.append(f"{name}.{one.name} is missing.")
                return None
    return kind(**values) if not problems else None


WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list of texts",
    "dict": "names with texts",
}


def fits(value, kind: str) -> bool:
    if kind == "bool" or isinstance(value, bool):
        return kind == "bool" and isinstance(value, bool)
    if kind == "float":
        return is_number(value)
    if kind == "tuple":
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if kind == "dict":
        return isinstance(value, dict) and all(
            isinstance(v, str) for v in value.values()
        )
    return isinstance(value, {"str": str, "int": int}[kind])


def secret(text: str) -> str:
    """*text*, or what it refers to by env:NAME or file:/path.

    :raises CheckUnusable: It refers to nothing.
    """
    if text.startswith(("env:", "file:/")):
        return resolve(text)
    return text
