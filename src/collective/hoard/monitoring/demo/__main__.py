"""``python -m collective.hoard.monitoring.demo prepare|targets FOLDER``

``prepare`` writes everything that the demo's poller needs into a folder and
prints the ports as JSON; ``targets`` serves what it watches.
"""

from .making import make
from .making import Ports
from .targets import run
from .writing import CERTIFICATE
from .writing import free_ports
from .writing import PORTS
from .writing import prepare
from .writing import PUSH_TOKEN
from .writing import vitals_of
from .writing import write_configuration
from pathlib import Path
import argparse
import json
import sys
import time


def main(argv=None):
    found = argparse.ArgumentParser(prog="demo", description=__doc__)
    found.add_argument("action", choices=("prepare", "targets"))
    found.add_argument("folder", type=Path)
    found.add_argument("--site-port", type=int, default=8080)
    arguments = found.parse_args(argv)
    folder = arguments.folder.absolute()
    if arguments.action == "targets":
        ports = Ports(**json.loads((folder / PORTS).read_text()))
        return run(ports, folder / CERTIFICATE, folder / PUSH_TOKEN)
    ports = free_ports(folder, arguments.site_port)
    prepare(folder, ports)
    database = folder / "monitoring.db"
    made = make(str(database), ports, time.time(), vitals_of(folder))
    write_configuration(folder, ports, database)
    print(f"{made.checks} checks, {made.results} results made.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
