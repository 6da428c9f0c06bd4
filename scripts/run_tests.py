"""Set everything up, then run the suite: `make test`.

HOARD_REQUIRE_SERVICES=1 makes a missing program a failure instead of a skip
that says so.
"""

from steps import ROOT
from steps import stop_on_signals
import os
import services
import set_up
import sys


def main(arguments):
    stop_on_signals()
    set_up.main()
    services.get_services()
    os.chdir(ROOT)
    test = ROOT / "bin" / "test"
    os.execv(test, [str(test), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
