"""Set everything up, then run the suite: `make test`.

The whole suite runs in one process a core, each with its own site and servers, a
file of tests in one of them; what arguments choose runs in one process.

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
    os.execv(test, [str(test), *(arguments or everywhere())])


def everywhere():
    """Arguments that spread the suite; some 1 GB of memory goes with a core."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    return ["-n", str(min(cores, 8)), "--dist", "loadfile"]


if __name__ == "__main__":
    main(sys.argv[1:])
