"""DNS: does a name server answer, and with what we expect?"""

from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .interfaces import no_answer
from .interfaces import Outcome
from .interfaces import worse
from .latency import judge_latency
from .parameters import Parameters
from .reach import literal
from .surroundings import Surroundings
from dataclasses import dataclass
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.exception import Timeout
from dns.resolver import LifetimeTimeout
from dns.resolver import NoAnswer
from dns.resolver import NoNameservers
from dns.resolver import NoResolverConfiguration
from dns.resolver import NXDOMAIN
from time import monotonic


TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT")


@dataclass(frozen=True, slots=True)
class DnsPlan:
    """`exact`: nothing but the expected values may come."""

    spec: CheckSpec
    record: str
    expect: tuple
    exact: bool
    absent: bool
    servers: tuple
    slow: tuple


def prepare_dns(spec: CheckSpec, around: Surroundings) -> DnsPlan:
    """:raises CheckUnusable: Bad or forbidden parameters."""
    given = Parameters(spec)
    if not spec.name:
        raise CheckUnusable("A DNS check needs the name that is asked for.", "host")
    if "://" in spec.name:
        raise CheckUnusable(
            f"{spec.name!r} is an address; a DNS check asks for a name.", "host"
        )
    if spec.address and not literal(spec.address):
        raise CheckUnusable(
            "The address of a DNS check is the IP of a name server.", "address"
        )
    plan = DnsPlan(
        spec,
        given.choice("record", TYPES, "A"),
        tuple(_plain(text) for text in given.texts("expect")),
        given.flag("exact", False),
        given.flag("absent", False),
        (spec.address,) if spec.address else around.nameservers,
        (given.number("warn_ms"), given.number("crit_ms")),
    )
    given.done()
    # The servers of the configuration are ours to ask; a check's own are not.
    refusal = spec.address and around.reach.refusal(spec.address, spec.trusted)
    if refusal:
        raise CheckUnusable(
            f"This check may not ask that name server: {refusal}.", "address"
        )
    return plan


async def run_dns(plan: DnsPlan) -> Outcome:
    """See `interfaces.Runner`."""
    began = monotonic()
    try:
        answer = await _resolver(plan).resolve(
            plan.spec.name, plan.record, search=False, lifetime=plan.spec.timeout
        )
        outcome = _judged(plan, sorted({_plain(str(row)) for row in answer}))
    except (LifetimeTimeout, Timeout):
        outcome = no_answer("timeout", f"No answer within {plan.spec.timeout:g} s")
    except (NXDOMAIN, NoAnswer) as error:
        outcome = _nothing(plan, isinstance(error, NXDOMAIN))
    except NoNameservers as error:
        outcome = no_answer(_reason(error), f"No name server answers: {error}")
    except (DNSException, OSError, UnicodeError) as error:
        outcome = no_answer("protocol", f"{type(error).__name__}: {error}")
    outcome.ms = round((monotonic() - began) * 1000.0, 2)
    judge_latency(outcome, plan.slow)
    return outcome


def _reason(error):
    refused = any("refused" in str(e).lower() for e in error.kwargs.get("errors", ()))
    return "refused" if refused else "resolve"


def _resolver(plan):
    try:
        resolver = Resolver(configure=not plan.servers)
    except NoResolverConfiguration as error:
        raise OSError("this machine has no name servers configured") from error
    if plan.servers:
        resolver.nameservers = list(plan.servers)
    resolver.port = plan.spec.port or 53
    return resolver


def _judged(plan, values):
    text = ", ".join(values)
    outcome = Outcome("ok", None, text=text[:500])
    if plan.absent:
        worse(outcome, "crit", "match", f"There should be no {plan.record}: {text}")
    missing = [value for value in plan.expect if value not in values]
    if missing:
        worse(outcome, "crit", "match", f"Missing: {', '.join(missing)}; it is {text}")
    extra = [value for value in values if value not in plan.expect]
    if plan.exact and extra:
        worse(outcome, "crit", "match", f"Not expected: {', '.join(extra)}")
    outcome.values["records"] = (float(len(values)), "")
    return outcome


def _nothing(plan, no_name):
    what = "There is no such name" if no_name else f"There is no {plan.record} record"
    if plan.absent:
        return Outcome("ok", None, text=what)
    return no_answer("resolve", what)


def _plain(text):
    """Names end in a dot or not; case says nothing."""
    return text.strip().rstrip(".").lower()
