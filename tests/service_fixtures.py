"""What tests need beside Python: programs of the system, other processes."""

import ctypes
import os
import pytest
import shutil
import sys


# A service is there when one of its programs is, and its libraries are.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "make": ("make",),
    "git": ("git",),
    "monitoring-plugins": ("/usr/lib/nagios/plugins/check_http",),
    "munin-node": ("munin-node", "/usr/sbin/munin-node"),
}
# Playwright, which drives Chromium, brings a program that needs this one.
LIBRARIES = {"chromium": ("libatomic.so.1",)}


@pytest.fixture(scope="session")
def require_service():
    """``require_service(name)``: the path of the service's program.

    Where it is missing the test is skipped, with the reason; with
    HOARD_REQUIRE_SERVICES set it fails.
    """

    def require(name):
        if reason := what_is_missing(name):
            required = os.environ.get("HOARD_REQUIRE_SERVICES")
            (pytest.fail if required else pytest.skip)(reason)
        return find(PROGRAMS[name])

    return require


def what_is_missing(name):
    """A sentence for a person, or None."""
    if find(PROGRAMS[name]) is None:
        return f"{name} is not installed: none of {', '.join(PROGRAMS[name])} found"
    for library in LIBRARIES.get(name, ()):
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"{library} is not installed, which {name} needs here"
    return None


def find(programs):
    return next(filter(None, map(shutil.which, programs)), None)


@pytest.fixture
def python_environment():
    """Environment for a Python that shall find what this one finds.

    Under buildout ``sys.path`` is set by the script, so that
    ``subprocess.run([sys.executable, ...])`` alone finds nothing.
    """
    return dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
