"""The libcurls that carry HTTP checks: pycurl's, and where it is there a faster one.

What a check by HTTPS costs is its handshake, and OpenSSL spends half of that on
setting itself up. A libcurl on BoringSSL does the same for little more than half.
"""

from collections.abc import Callable
from dataclasses import dataclass
import logging
import pycurl


logger = logging.getLogger(__name__)

#: What a handshake offers to agree on a key with, without the hybrid with ML-KEM:
#: that is a sixth of what the whole handshake costs, and nothing that servers
#: insist on. A question mark: where this OpenSSL knows it.
GROUPS = "?X25519:?secp256r1:?X448:?secp384r1:?secp521r1:?ffdhe2048:?ffdhe3072"
#: libcurl's errors that are ones of TLS.
HANDSHAKE_ERRORS = (
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SSL_CERTPROBLEM,
    pycurl.E_SSL_CIPHER,
    pycurl.E_SSL_CACERT_BADFILE,
    pycurl.E_SSL_ISSUER_ERROR,
    pycurl.E_SSL_INVALIDCERTSTATUS,
)


@dataclass(frozen=True, slots=True)
class Library:
    """One libcurl. `curl` and `multi` make what behaves as pycurl's of that name.

    `classical`: the options [(option, value)] that leave ML-KEM out.
    """

    name: str
    curl: Callable
    multi: Callable
    classical: tuple = ()


def offers_hybrid(library: str) -> bool:
    """Whether *library*, as libcurl names it, sends a key share of ML-KEM unasked.

    OpenSSL does from 3.5 on; other libraries have other names for groups.
    """
    name, _, version = library.partition("/")
    try:
        numbers = tuple(int(part) for part in version.split(".")[:2])
    except ValueError:
        return False
    return name == "OpenSSL" and numbers >= (3, 5)


OFFERS_HYBRID = offers_hybrid(pycurl.version_info()[5] or "")


def thorough_library() -> Library:
    """pycurl's: it can do all that checks ask for."""
    classical = ((pycurl.SSL_EC_CURVES, GROUPS),) if OFFERS_HYBRID else ()
    return Library(pycurl.version, pycurl.Curl, pycurl.CurlMulti, classical)


def quick_library() -> Library | None:
    """curl_cffi's, on BoringSSL; None where it is not installed or not what we know."""
    try:
        from . import boringssl
    except ImportError:
        return None
    except Exception:  # Whatever another version of it lacks: we can do without.
        logger.warning("curl_cffi is not used: not a version we know.", exc_info=True)
        return None
    classical = ((pycurl.SSL_EC_CURVES, boringssl.GROUPS),)
    return Library(boringssl.VERSION, boringssl.Curl, boringssl.CurlMulti, classical)
