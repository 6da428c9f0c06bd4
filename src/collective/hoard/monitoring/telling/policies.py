"""Who is told what: contacts and policies, from plain data."""

from ..interfaces import STATUSES
from ..judge.interfaces import BADNESS
from ..judge.interfaces import Member
from ..judge.interfaces import WrongSettings
from ..judge.parser import parse_selector
from ..judge.windows import zone
from .channels.addresses import flaw_of_address
from .flow import limits
from .hours import parse_hours
from .interfaces import CHANNELS
from .interfaces import Contact
from .shapes import demand_lines
from .shapes import is_number
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address


CONTACT_KEYS = {"name", "channel", "address", "zone", "quiet", "settings", "id"}
POLICY_KEYS = {
    "name",
    "id",
    "selector",
    "severity",
    "contacts",
    "steps",
    "hours",
    "zone",
    "outside",
    "repeat",
    "recoveries",
    "notes",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told, *after* so many seconds without acknowledgement."""

    after: int
    contacts: tuple


@dataclass(frozen=True, slots=True)
class Policy:
    id: int
    name: str
    #: None: everything, rules and alarms too.
    selector: object
    severity: str
    #: The first step is at once.
    steps: tuple
    #: `hours.Hours` of duty, or None for always.
    hours: object = None
    #: Outside of its hours: "wait" for them, or "skip" it.
    outside: str = "wait"
    #: Seconds after which an open, unacknowledged problem is told again; 0: never.
    repeat: int = 0
    recoveries: bool = True
    #: Whether it tells of blind sources and pauses of the poller, too.
    notes: bool = True

    def wants(self, notice):
        if notice.of in ("source", "poller"):
            return self.notes
        bad = max(BADNESS[notice.status], BADNESS.get(notice.previous or "", 0))
        if bad < BADNESS[self.severity] and notice.kind != "flapping":
            return False
        if self.selector is None:
            return True
        return self.selector.matches(
            Member(
                notice.check_id,
                notice.name,
                notice.of,
                groups=notice.groups,
                tags=notice.tags,
            )
        )


def make_contact(data):
    """A `Contact` from plain data.

    :raises WrongSettings: Something is missing or cannot be; the text says what.
    """
    name = str(data.get("name") or "")
    strange(data, CONTACT_KEYS, f"Contact {name!r}")
    for key in ("name", "address", "channel", "zone", "settings"):
        demand_lines(f"Contact {name!r}: {key}", data.get(key))
    if not name or not data.get("address"):
        raise WrongSettings(f"Contact {name!r} needs a name and an address.")
    if data.get("channel") not in CHANNELS:
        raise WrongSettings(
            f"Contact {name!r}: channel is one of {', '.join(CHANNELS)}."
        )
    if words := flaw_of_address(data["channel"], str(data["address"])):
        raise WrongSettings(f"Contact {name!r}: {words}")
    zone_name = data.get("zone") or "UTC"
    zone(zone_name)
    settings = data.get("settings") or {}
    limits(settings, name)
    if not str(settings.get("secret", "env:")).startswith(("env:", "file:/")):
        # The database is read by many: a secret in it would be none.
        raise WrongSettings(f"Contact {name!r}: a secret is env:NAME or file:/path.")
    if data["channel"] == "mail":
        demand_mail(name, str(data["address"]))
    quiet = parse_hours(data["quiet"], zone_name) if data.get("quiet") else None
    return Contact(
        data.get("id", 0),
        name,
        data["channel"],
        str(data["address"]),
        zone_name,
        quiet,
        settings,
    )


def demand_mail(name, text):
    try:
        Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise WrongSettings(
            f"Contact {name!r}: {text!r} is no mail address such as anna@example.org."
        ) from error


def make_policy(data, contacts):
    """A `Policy` from plain data; *contacts* are the names there are.

    :raises WrongSettings: See `make_contact`.
    :raises RuleError: The selector cannot be understood.
    """
    name = str(data.get("name") or "")
    what = f"Policy {name!r}"
    strange(data, POLICY_KEYS, what)
    demand_lines(f"{what}: name", name)
    severity = data.get("severity", "warn")
    if severity not in STATUSES[1:4]:
        raise WrongSettings(f"{what}: severity is warn, unknown or crit.")
    if data.get("outside", "wait") not in ("wait", "skip"):
        raise WrongSettings(f"{what}: outside is wait or skip.")
    selector = data.get("selector") or None
    hours = data.get("hours")
    return Policy(
        data.get("id", 0),
        name,
        parse_selector(selector) if selector else None,
        severity,
        make_steps(data, contacts, what),
        parse_hours(hours, data.get("zone") or "UTC") if hours else None,
        data.get("outside", "wait"),
        minutes(data.get("repeat", 0), what),
        bool(data.get("recoveries", True)),
        bool(data.get("notes", selector is None)),
    )


def make_steps(data, contacts, what):
    steps = [Step(0, tuple(data.get("contacts") or ()))]
    for entry in data.get("steps") or ():
        if not isinstance(entry, dict):
            raise WrongSettings(f'{what}: a step is {{"after": 15, "contacts": []}}.')
        strange(entry, {"after", "contacts"}, f"{what}, step")
        after = minutes(entry.get("after", 0), what)
        steps.append(Step(after, tuple(entry.get("contacts") or ())))
    for step in steps:
        for contact in step.contacts:
            if contact not in contacts:
                raise WrongSettings(f"{what}: there is no contact {contact!r}.")
    if not any(step.contacts for step in steps):
        raise WrongSettings(f"{what} names no contacts.")
    return tuple(sorted(steps, key=lambda step: step.after))


def minutes(number, what):
    """Seconds of so many minutes."""
    if not is_number(number) or number < 0:
        raise WrongSettings(f"{what}: {number!r} are no minutes.")
    return int(number * 60)


def strange(data, known, what):
    unknown = sorted(set(data) - known)
    if unknown:
        raise WrongSettings(
            f"{what}: {unknown[0]!r} is unknown; known are {', '.join(sorted(known))}."
        )
