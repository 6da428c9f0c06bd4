"""Opening connections from the loop, only where a check may go."""

from .http_plan import ascii_host
from .interfaces import CheckSpec
from .interfaces import no_answer
from .interfaces import Outcome
from .reach import Reach
from dataclasses import dataclass
from time import monotonic
import asyncio
import socket
import ssl


FAMILIES = {"any": socket.AF_UNSPEC, "4": socket.AF_INET, "6": socket.AF_INET6}


class Refused(Exception):
    """The check may not go where its name leads."""


class Failed(Exception):
    """There is no connection; `outcome` says why."""

    def __init__(self, outcome: Outcome):
        super().__init__(outcome.text)
        self.outcome = outcome


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds since the beginning, by the monotonic clock."""

    began: float

    @classmethod
    def start(cls):
        return cls(monotonic())

    def ms(self) -> float:
        return round((monotonic() - self.began) * 1000.0, 2)


async def addresses(host: str, port: int, family: str = "any") -> list:
    """IP addresses of *host*, in the system's order.

    :raises Failed: None; reason "resolve".
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            ascii_host(host), port, family=FAMILIES[family], type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise Failed(no_answer("resolve", f"{host}: {said}")) from error
    return list(dict.fromkeys(entry[4][0] for entry in found))


async def reachable(spec: CheckSpec, port: int, reach: Reach, family="any") -> str:
    """The first address of the check's target that it may connect to.

    :raises Failed: The name has no address.
    :raises Refused: It may connect to none of them.
    """
    refusal = None
    for address in await addresses(spec.target, port, family):
        refusal = reach.refusal(address, spec.trusted)
        if refusal is None:
            return address
    raise Refused(refusal)


async def connect(address: str, port: int, context=None, name=None):
    """(reader, writer) of a connection.

    :raises Failed: There is none, with the reason.
    """
    try:
        return await asyncio.open_connection(
            address,
            port,
            ssl=context,
            server_hostname=(name or None) if context else None,
            limit=1 << 16,
        )
    except (ssl.SSLError, ssl.CertificateError) as error:
        raise Failed(no_answer("tls", _tls_words(error))) from error
    except ConnectionResetError as error:
        raise Failed(no_answer("reset", "The connection was reset")) from error
    except OSError as error:
        said = f"{address}, port {port}: {error.strerror or error}"
        raise Failed(no_answer("refused", said)) from error


def _tls_words(error) -> str:
    return getattr(error, "verify_message", None) or error.reason or str(error)
