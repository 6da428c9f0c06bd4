"""An HTTP check made ready: everything that is the same at each run."""

from .authorities import authorities_file
from .certificates import CRIT_DAYS
from .certificates import WARN_DAYS
from .http_handshakes import Handshakes
from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .interfaces import MAX_TIMEOUT
from .json_rules import json_rules
from .matching import pattern
from .parameters import Parameters
from .ranges import OK_CODES
from .ranges import status_table
from .reach import literal
from .surroundings import Surroundings
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
import pycurl
import re


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
MAX_BODY = 64_000
#: Bytes of an answer that are read, and at most what a check may ask for.
READ = 1_000_000
MOST_READ = 10_000_000
MOST_REDIRECTS = 10
VERSIONS = {"any": pycurl.IPRESOLVE_WHATEVER, "4": pycurl.IPRESOLVE_V4, "6": 2}
_HEADER_NAME = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")


@dataclass(slots=True)
class HttpPlan:
    """`options`: [(option, value)] for a fresh handle; the rest judges.

    `handshakes` alone changes, with each run.
    """

    spec: CheckSpec
    options: list
    statuses: tuple
    limit: int = READ
    wants_body: bool = False
    wants_headers: bool = False
    expect: str = ""
    refuse: str = ""
    headers: dict = field(default_factory=dict)
    json: tuple = ()
    #: Milliseconds (warn, crit); None: nothing is said.
    slow: tuple | None = None
    expiry: tuple | None = None
    #: Addresses must be looked at when the connection is made.
    guarded: bool = False
    port: int = 80
    #: What a handle is used for, which is used again by plans of the same use.
    use: tuple = ()
    #: ML-KEM is offered.
    hybrid: bool = False
    #: What is known of those with this site; None without TLS.
    handshakes: Handshakes | None = None


def prepare_http(spec: CheckSpec, around: Surroundings) -> HttpPlan:
    """:raises CheckUnusable: Bad or forbidden parameters."""
    given = Parameters(spec)
    plan = HttpPlan(spec, options=[], statuses=_statuses(given))
    plan.port = spec.port or (443 if spec.kind == "https" else 80)
    _address(plan, given)
    redirects = int(given.number("redirects", 0, 0, MOST_REDIRECTS))
    _request(plan, given, around)
    _redirects(plan, redirects)
    _tls(plan, given, around)
    _judgement(plan, given)
    _guard(plan, around, redirects)
    given.done()
    options = tuple(option for option, _ in plan.options)
    plan.use = _same(options, plan.wants_headers, plan.guarded, plan.hybrid)
    return plan


@lru_cache(maxsize=256)
def _same(*use):
    """The same object for thousands of checks."""
    return use


def _statuses(given):
    return status_table(
        given.text("ok", OK_CODES), given.text("warn", ""), given.text("crit", "")
    )


def _address(plan, given):
    spec = plan.spec
    host, target = ascii_host(spec.host), ascii_host(spec.target)
    path = given.text("path", "/")
    if not path.startswith("/") or re.search(r"[\s\x00-\x1f]", path):
        raise CheckUnusable("path must begin with / and hold no blanks.")
    path = path.encode("utf-8").decode("latin-1")
    address = f"{spec.kind}://{_bracketed(host)}:{plan.port}{path}"
    add = plan.options.append
    add((pycurl.URL, address.encode("latin-1")))
    if host != target:
        # Where to go is apart from what to ask for; only for this host, so
        # that a redirect elsewhere is not bent to the same address.
        pair = f"{_bracketed(host)}:{plan.port}:{_bracketed(target)}:{plan.port}"
        add((pycurl.CONNECT_TO, [pair]))
    version = given.choice("ip", tuple(VERSIONS), "any")
    if version != "any":
        add((pycurl.IPRESOLVE, VERSIONS[version]))
    plan.options.extend(_limits(spec.timeout))


@lru_cache(maxsize=64)
def _limits(timeout):
    """The same objects for thousands of checks."""
    milliseconds = round(min(timeout, MAX_TIMEOUT) * 1000)
    return (
        (pycurl.TIMEOUT_MS, milliseconds),
        (pycurl.CONNECTTIMEOUT_MS, milliseconds),
    )


def _request(plan, given, around):
    add = plan.options.append
    method = given.choice("method", METHODS, "GET")
    body = given.text("body", "", MAX_BODY)
    trusted = plan.spec.trusted
    if method == "HEAD":
        add((pycurl.NOBODY, 1))
    elif body or method in {"POST", "PUT", "PATCH"}:
        filled = around.secrets.filled(body, trusted)
        add((pycurl.POSTFIELDS, filled.encode("utf-8")))
        add((pycurl.CUSTOMREQUEST, method))
    elif method != "GET":
        add((pycurl.CUSTOMREQUEST, method))
    lines = [
        _header(name, around.secrets.filled(value, trusted))
        for name, value in given.mapping("headers").items()
    ]
    if lines:
        add((pycurl.HTTPHEADER, lines))


def _header(name, value):
    if not _HEADER_NAME.match(name) or "\r" in value or "\n" in value:
        raise CheckUnusable(f"{name!r} is not a header with one line of text.")
    # With a semicolon libcurl sends the header although it is empty.
    line = f"{name}: {value}" if value else f"{name};"
    return line.encode("utf-8")


def _redirects(plan, most):
    if most:
        plan.options.append((pycurl.FOLLOWLOCATION, 1))
        plan.options.append((pycurl.MAXREDIRS, most))


def _tls(plan, given, around):
    verify = given.flag("verify", True)
    warn = given.number("certificate_warn_days", WARN_DAYS, 0, 10_000)
    crit = given.number("certificate_crit_days", CRIT_DAYS, 0, 10_000)
    plan.hybrid = given.flag("post_quantum", False)
    if plan.spec.kind != "https":
        return
    plan.handshakes = Handshakes()
    if verify:
        file = around.ca_file or authorities_file()
        if file:
            plan.options.append(_trusting(file))
    else:
        plan.options.append((pycurl.SSL_VERIFYPEER, 0))
        plan.options.append((pycurl.SSL_VERIFYHOST, 0))
    if warn or crit:
        plan.expiry = (warn, crit)


@lru_cache(maxsize=4)
def _trusting(file):
    return pycurl.CAINFO, file


def _judgement(plan, given):
    plan.expect = given.pattern("expect")
    plan.refuse = given.pattern("refuse")
    plan.headers = {k.lower(): v for k, v in given.mapping("expect_headers").items()}
    for text in plan.headers.values():
        pattern(text)
    plan.json = json_rules(given.rows("json"))
    slow = given.number("warn_ms"), given.number("crit_ms")
    plan.slow = None if slow == (None, None) else slow
    plan.limit = int(given.number("max_bytes", READ, 0, MOST_READ))
    plan.wants_body = bool(plan.expect or plan.refuse or plan.json)
    plan.wants_headers = bool(plan.headers)


def _guard(plan, around, redirects):
    spec = plan.spec
    if not around.reach.restricts(spec):
        return
    if literal(spec.target):
        refusal = around.reach.refusal(spec.target, spec.trusted)
        if refusal:
            raise CheckUnusable(f"This check may not connect: {refusal}.", "address")
    plan.guarded = bool(redirects) or not literal(spec.target)


def ascii_host(host: str) -> str:
    """:raises CheckUnusable: Not a host name nor an IP address."""
    if literal(host):
        return host
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,253}", name):
        raise CheckUnusable(
            f"{host!r} is neither a host name nor an IP address.", "host"
        )
    return name


def _bracketed(host):
    return f"[{host}]" if ":" in host else host
