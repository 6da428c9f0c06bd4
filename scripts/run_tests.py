"""Set everything up, then run the suite: `make test`.

HOARD_REQUIRE_SERVICES=1 makes a missing service (Chromium, PostgreSQL) a
failure instead of a skip that says so.
"""

from set_up import install_debian_package
from steps import ROOT
from steps import stop_on_signals
import os
import set_up
import shutil
import sys


# What the tests use of the system: what to look for -> its Debian package.
SERVICES = {"chromium": "chromium"}


def main(arguments):
    stop_on_signals()
    set_up.main()
    for command, package in SERVICES.items():
        if shutil.which(command) is None and set_up.can_install():
            install_debian_package(package, command)
    os.chdir(ROOT)
    test = ROOT / "bin" / "test"
    os.execv(test, [str(test), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
