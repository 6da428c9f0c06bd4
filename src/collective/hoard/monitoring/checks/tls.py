"""TLS alone: is the handshake good, and until when the certificate?"""

from .authorities import tls_context
from .certificates import CRIT_DAYS
from .certificates import expiry_of_der
from .certificates import judge_expiry
from .certificates import probe_expiry
from .certificates import WARN_DAYS
from .connecting import connect
from .connecting import Failed
from .connecting import reachable
from .connecting import Stopwatch
from .interfaces import CheckSpec
from .interfaces import Outcome
from .parameters import Parameters
from .surroundings import Surroundings
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TlsPlan:
    spec: CheckSpec
    port: int
    family: str
    verify: bool
    expiry: tuple


def prepare_tls(spec: CheckSpec, around: Surroundings) -> TlsPlan:
    """:raises CheckUnusable: Bad parameters."""
    given = Parameters(spec)
    plan = TlsPlan(
        spec,
        spec.port or 443,
        given.choice("ip", ("any", "4", "6"), "any"),
        given.flag("verify", True),
        (
            given.number("certificate_warn_days", WARN_DAYS, 0, 10_000),
            given.number("certificate_crit_days", CRIT_DAYS, 0, 10_000),
        ),
    )
    given.done()
    return plan


async def run_tls(plan: TlsPlan, around: Surroundings) -> Outcome:
    """See `interfaces.Runner`; the caller sets the time limit."""
    watch, spec, address = Stopwatch.start(), plan.spec, None
    try:
        address = await reachable(spec, plan.port, around.reach, plan.family)
        context = tls_context(plan.verify, around.ca_file)
        _, writer = await connect(address, plan.port, context, spec.host)
    except Failed as failure:
        outcome = failure.outcome
        outcome.ms = watch.ms()
        if outcome.reason == "tls":
            await add_expiry(outcome, address, plan.port, spec.host, plan.expiry)
        return outcome
    outcome = Outcome("ok", None, watch.ms())
    session = writer.get_extra_info("ssl_object")
    outcome.text = session.version() or ""
    until = expiry_of_der(session.getpeercert(binary_form=True))
    writer.transport.abort()
    judge_expiry(outcome, until, *plan.expiry)
    return outcome


async def add_expiry(outcome, address, port, name, expiry):
    """Say of a failed handshake until when that certificate would be valid."""
    until = await probe_expiry(address, port, name, 5.0)
    judge_expiry(outcome, until, *expiry)
    days = outcome.values.get("certificate")
    if days is not None:
        ends = "ended" if days[0] < 0 else "ends in"
        count = f"{abs(days[0]):.0f} days" + (" ago" if days[0] < 0 else "")
        outcome.text = f"{outcome.text}; the certificate {ends} {count}"
