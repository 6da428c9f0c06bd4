"""Run the servers that the tests use, until Ctrl-C: `make services`.

NAMES start only those; ``--stop`` ends those that run elsewhere. What cannot
be started is said with the reason, the rest runs all the same.
"""

from concurrent.futures import ThreadPoolExecutor
from packages import LIBRARIES
from packages import SERVICES
from pathlib import Path
from set_up import can_install
from set_up import has_library
from set_up import install_debian_packages
from steps import progress
from steps import ROOT
from steps import say
from steps import stop_on_signals
import argparse
import json
import os
import shutil
import signal
import sys
import time


# The servers are the tests' own.
sys.path.insert(0, str(ROOT / "tests"))
from servers import get_server  # noqa: E402
from servers import NotStarted  # noqa: E402
from servers import NotThere  # noqa: E402
from servers import read_running  # noqa: E402
from servers import RUNNING  # noqa: E402
from servers import SERVERS  # noqa: E402
from servers import variable  # noqa: E402
from servers.solr import class_path  # noqa: E402


LINE = "apt-get install --no-install-recommends"


def main(arguments):
    stop_on_signals()
    names = read(arguments)
    if names is None:
        return stop_others()
    get_services(servers=names)
    started = {}
    try:
        start(names, started)
        if not started:
            return 1
        announce(started)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        stop(started)
    return 0


def read(arguments):
    """The names of the servers to start; None: stop those that run."""
    parser = argparse.ArgumentParser(prog="make services", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SERVERS))
    parser.add_argument("--stop", action="store_true", help="end those that run")
    read = parser.parse_args(arguments)
    if unknown := sorted(set(read.names) - set(SERVERS)):
        parser.error(
            f"no server is called {unknown[0]}; there are {', '.join(SERVERS)}"
        )
    return None if read.stop else read.names or list(SERVERS)


def start(names, started):
    """Start *names*, all at once, into *started*; say what happens."""

    def attempt(name):
        try:
            started[name] = get_server(name)
            where = f"{variable(name)}={started[name].url}"
            say(f"  {name:12}{where}")
        except (NotThere, NotStarted) as reason:
            lines = str(reason).removeprefix(f"{name}: ").splitlines()
            say(f"  {name:12}not started: " + "\n      ".join(lines))

    with ThreadPoolExecutor() as pool:
        list(pool.map(attempt, names))


def announce(started):
    """Write down what runs, where the tests look for it."""
    urls = {name: server.url for name, server in sorted(started.items())}
    RUNNING.parent.mkdir(exist_ok=True)
    # Passwords of servers for tests, yet nobody's business.
    RUNNING.touch(mode=0o600)
    RUNNING.write_text(json.dumps({"pid": os.getpid(), "servers": urls}))
    say(
        "\nThe tests of this clone find these by themselves; elsewhere set the variables."
    )
    say("Ctrl-C, or in another shell make services ARGS=--stop, ends them.")


def stop(started):
    own = [server for server in started.values() if not server.adopted]
    if read_running().get("pid") == os.getpid():
        RUNNING.unlink()
    for server in own:
        server.close()


def stop_others():
    pid = read_running().get("pid")
    if not pid or not is_services(pid):
        say("No services run from here.")
        return 1
    os.kill(pid, signal.SIGTERM)
    while is_services(pid):
        time.sleep(0.1)
    return 0


def is_services(pid):
    """Whether the process *pid* is one of this script, not a later one's."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.endswith(b"services.py") for word in words)


def get_services(servers=SERVERS, programs=SERVICES):
    """Get what the tests use of the system, where we may; else say the line."""
    packages = {p: name for name, p in programs.items() if not shutil.which(name)}
    packages |= {p: n for n, p in LIBRARIES.items() if not has_library(n)}
    for name in servers:
        if os.environ.get(variable(name)):
            continue  # One is there, wherever that is.
        if not all(SERVERS[name]().programs().values()):
            packages |= dict.fromkeys(SERVERS[name].packages, name)
    if packages and can_install():
        install_debian_packages(packages, ", ".join(dict.fromkeys(packages.values())))
    elif packages:
        say(f"  Missing: {', '.join(dict.fromkeys(packages.values()))}. As root:")
        say(f"    {LINE} {' '.join(packages)}")
    if "solr" in servers:
        get_solr()


def get_solr():
    """Let Maven get Solr; why it cannot is said where Solr is asked for."""
    if SERVERS["solr"].is_there() or not all(SERVERS["solr"]().programs().values()):
        return
    with progress("Getting Solr from Maven Central"):
        try:
            class_path()
        except NotThere:
            pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
