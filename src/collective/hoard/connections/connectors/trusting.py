"""Which certificates are trusted: those of the system.

A private authority is named by SSL_CERT_FILE or SSL_CERT_DIR in the environment, for
all services alike; requests alone would look into a list of its own.
"""

import ssl


def trusted():
    """``(file, directory)`` of trusted certificates; either may be None."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile, paths.capath
