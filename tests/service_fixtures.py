"""What tests need beside Python: programs of the system, other processes."""

import os
import pytest
import shutil
import sys


# A service is there when one of its programs is.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "make": ("make",),
    "git": ("git",),
}


@pytest.fixture(scope="session")
def require_service():
    """``require_service(name)``: the path of the service's program.

    Where it is missing the test is skipped, with the reason; with
    HOARD_REQUIRE_SERVICES set it fails.
    """

    def require(name):
        for program in PROGRAMS[name]:
            if path := shutil.which(program):
                return path
        reason = f"{name} is not installed: none of {', '.join(PROGRAMS[name])} found"
        missing = (
            pytest.fail if os.environ.get("HOARD_REQUIRE_SERVICES") else pytest.skip
        )
        missing(reason)

    return require


@pytest.fixture
def python_environment():
    """Environment for a Python that shall find what this one finds.

    Under buildout ``sys.path`` is set by the script, so that
    ``subprocess.run([sys.executable, ...])`` alone finds nothing.
    """
    return dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
