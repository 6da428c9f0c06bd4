"""One libcurl handle: what it is set to, and what has come of the answer.

Handles are used again. What differs from one check to the next is set, what is
the same is left; Python is called back as rarely as libcurl allows.
"""

from .http_plan import HttpPlan
from .interfaces import Outcome
from .libcurl import HANDSHAKE_ERRORS
import pycurl
import socket


#: For every transfer: nothing is kept from an earlier check of the same
#: site, no proxy of the environment steps between, only HTTP is spoken.
ALWAYS = (
    (pycurl.NOSIGNAL, 1),
    (pycurl.FRESH_CONNECT, 1),
    (pycurl.FORBID_REUSE, 1),
    (pycurl.DNS_CACHE_TIMEOUT, 0),
    (pycurl.SSL_SESSIONID_CACHE, 0),
    (pycurl.PROXY, ""),
    (pycurl.PATH_AS_IS, 1),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
)
#: Lines of headers that are kept of an answer.
MOST_HEADERS = 1000


class HttpJob:
    """One run of one check. `tag` is the caller's; `outcome` is set at the end.

    `refusal`: why the reach forbids where it led. `thorough` and `quick`: how it
    looks at TLS, see `http_handshakes`.
    """

    __slots__ = ("outcome", "plan", "quick", "refusal", "tag", "thorough")

    def __init__(self, plan: HttpPlan, tag=None):
        self.plan = plan
        self.tag = tag
        self.outcome: Outcome | None = None
        self.refusal = None
        self.thorough: bool | None = None
        self.quick = False

    def is_doubtful(self, error: int) -> bool:
        """Whether libcurl's *error* may be one of the quick library alone."""
        if not self.quick or error not in HANDSHAKE_ERRORS:
            return False
        return self.plan.handshakes.doubtful()


class Transfer:
    """A handle of one use (`HttpPlan.use`), and the answer it receives."""

    __slots__ = (
        "certificate",
        "full",
        "handle",
        "headers",
        "job",
        "limit",
        "options",
        "parts",
        "reach",
        "size",
    )

    def __init__(self, plan, library, always, reach):
        self.handle = library.curl()
        self.job, self.options, self.reach = None, (), reach
        self.certificate = False
        for option, value in always if plan.hybrid else (*always, *library.classical):
            self.handle.setopt(option, value)
        self.handle.setopt(pycurl.WRITEFUNCTION, self.write)
        if plan.wants_headers:
            self.handle.setopt(pycurl.HEADERFUNCTION, self.header)
        if plan.guarded:
            self.handle.setopt(pycurl.OPENSOCKETFUNCTION, self.open_socket)

    def begin(self, job):
        """Make ready for *job*, whose plan has the same use."""
        plan, handle, had = job.plan, self.handle, self.options
        # All options of the last check are overwritten, and most of them are the
        # same objects: only the others cost anything.
        for place, pair in enumerate(plan.options):
            if not had or pair is not had[place]:
                handle.setopt(*pair)
        certificate = bool(job.thorough) and plan.expiry is not None
        if certificate is not self.certificate:
            handle.setopt(pycurl.OPT_CERTINFO, certificate)
            self.certificate = certificate
        self.job, self.options, self.limit = job, plan.options, plan.limit
        self.size, self.full = 0, False
        self.parts = [] if plan.wants_body else None
        self.headers = []

    def end(self):
        """Forget the answer; the job."""
        job, self.job = self.job, None
        self.parts = self.headers = None
        return job

    def close(self):
        self.handle.close()

    # --- libcurl calls back ---------------------------------------------

    def write(self, data):
        """Take a piece of the body; anything but None ends the transfer."""
        if self.parts is not None:
            self.parts.append(data)
        self.size += len(data)
        if self.size > self.limit:
            self.full = True
            return 0
        return None

    def header(self, line):
        # A redirect's headers are not those of the answer.
        if line.startswith(b"HTTP/"):
            self.headers = []
        elif len(self.headers) < MOST_HEADERS:
            self.headers.append(line)

    def open_socket(self, purpose, address):
        """A socket only for addresses that the check may reach."""
        family, kind, protocol, where = address
        refusal = self.reach.refusal(where[0], self.job.plan.spec.trusted)
        if refusal:
            self.job.refusal = refusal
            return pycurl.SOCKET_BAD
        return socket.socket(family, kind, protocol)

    # --- What came ------------------------------------------------------

    def header_values(self, name: str):
        wanted = name.encode("latin-1", "replace")
        for line in self.headers:
            key, _, value = line.partition(b":")
            if key.strip().lower() == wanted:
                yield value.strip()

    def body(self) -> bytes:
        return b"".join(self.parts)
