"""What a finished HTTP transfer means."""

from .certificates import expiry_of_chain
from .certificates import judge_expiry
from .interfaces import no_answer
from .interfaces import Outcome
from .interfaces import worse
from .json_rules import apply_rules
from .latency import judge_latency
from .libcurl import HANDSHAKE_ERRORS
from .matching import found
import pycurl


E = pycurl
#: libcurl's errors by our reason; whatever is not here is "protocol".
REASON = {
    E.E_COULDNT_RESOLVE_HOST: "resolve",
    E.E_COULDNT_CONNECT: "refused",
    E.E_OPERATION_TIMEDOUT: "timeout",
    **dict.fromkeys(HANDSHAKE_ERRORS, "tls"),
    E.E_GOT_NOTHING: "reset",
    E.E_PARTIAL_FILE: "reset",
    E.E_SEND_ERROR: "reset",
    E.E_RECV_ERROR: "reset",
}
#: We stopped reading ourselves: what came until then is judged.
ENOUGH = E.E_WRITE_ERROR


def outcome_of(transfer, error: int, said: str) -> Outcome:
    """*error* and *said* as libcurl has them; 0 when the transfer was complete."""
    ask, plan = transfer.handle.getinfo, transfer.job.plan
    total = ask(E.TOTAL_TIME_T)
    # To a tenth: the history keeps no more of it either.
    ms = round(total / 1000, 1)
    if error and not (error == ENOUGH and transfer.full):
        if plan.handshakes is not None:
            plan.handshakes.failed()
        return no_answer(_reason(error, said), said, ms)
    code = ask(E.RESPONSE_CODE)
    status = plan.statuses[code] if code < 1000 else "crit"
    reason = "" if status == "ok" else "status"
    outcome = Outcome(status, code, ms, f"HTTP {code}", reason)
    outcome.phases = _phases(ask, total)
    if plan.wants_headers or plan.wants_body:
        _match(outcome, transfer)
    if plan.slow is not None:
        judge_latency(outcome, plan.slow)
    if plan.handshakes is not None:
        _handshake(outcome, transfer)
    return outcome


def _handshake(outcome, transfer):
    plan, known = transfer.job.plan, transfer.job.plan.handshakes
    if transfer.job.quick:
        known.succeeded()
    if transfer.certificate:
        known.until = expiry_of_chain(transfer.handle.getinfo(E.INFO_CERTINFO))
    if plan.expiry:
        judge_expiry(outcome, known.until, *plan.expiry)
    seen = plan.expiry is None or "certificate" in outcome.values
    known.well = seen and outcome.status == "ok"


def _reason(error, said):
    # libcurl has no number of its own for headers without end.
    if error == E.E_RECV_ERROR and said.startswith("Too large response headers"):
        return "protocol"
    return REASON.get(error, "protocol")


def _phases(ask, total):
    """Milliseconds each phase took; together they are the whole."""
    # libcurl counts microseconds from the beginning; 0 is a phase there was not.
    resolved = ask(E.NAMELOOKUP_TIME_T)
    connected = ask(E.CONNECT_TIME_T) or resolved
    secured = ask(E.APPCONNECT_TIME_T) or connected
    first = ask(E.STARTTRANSFER_TIME_T) or secured
    return {
        "resolve": resolved / 1000,
        "connect": (connected - resolved) / 1000,
        "tls": (secured - connected) / 1000,
        "first_byte": (first - secured) / 1000,
        "transfer": (total - first) / 1000,
    }


def _match(outcome, transfer):
    plan = transfer.job.plan
    for name, text in plan.headers.items():
        if not any(found(text, value) for value in transfer.header_values(name)):
            worse(outcome, "crit", "match", f"The header {name} does not match {text}")
    if not plan.wants_body:
        return
    body = transfer.body()
    if plan.expect and not found(plan.expect, body):
        worse(outcome, "crit", "match", f"The answer does not match {plan.expect}")
    if plan.refuse and found(plan.refuse, body):
        worse(outcome, "crit", "match", f"The answer matches {plan.refuse}")
    if plan.json:
        apply_rules(outcome, plan.json, body)
