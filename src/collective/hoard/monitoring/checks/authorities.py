"""Where the certificates are that we trust."""

from functools import lru_cache
import os
import ssl


#: libcurl comes without a list of its own, and the Python of some
#: distributions looks in a place that is not there.
PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@lru_cache(maxsize=1)
def authorities_file() -> str | None:
    """The system's file of trusted certificates; None when there is none."""
    own = ssl.get_default_verify_paths().cafile
    named = (os.environ.get("SSL_CERT_FILE"), own, *PLACES)
    return next((path for path in named if path and os.path.exists(path)), None)


@lru_cache(maxsize=16)
def tls_context(verify: bool, ca_file: str | None) -> ssl.SSLContext:
    """One for all checks that want the same: loading the file takes 20 ms."""
    context = ssl.create_default_context(cafile=ca_file or authorities_file())
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # Old servers are to be seen, too: their certificate is what we ask.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def why_not_trusted(error: Exception) -> str:
    """What is wrong with the certificate that *error* is about; empty if nothing."""
    # aiohttp and urllib both wrap the error that has the words.
    inner = (getattr(error, name, None) for name in ("certificate_error", "reason"))
    for found in (*inner, error):
        if words := getattr(found, "verify_message", ""):
            return f"Its certificate is not accepted: {words.rstrip('.')}."
    return ""
