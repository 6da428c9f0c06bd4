"""Measure, against others in the same run: `make bench`.

Runs benchmarks/run.py with the Python of .venv. The peers have a venv of
their own, with the same Plone and without us; its Python is named by the
variable HOARD_PEERS_PYTHON.
"""

from packages import PEERS
from packages import write_constraints
from set_up import NETWORK
from set_up import VENV
from steps import give_up
from steps import ROOT
from steps import run_step
from steps import stop_on_signals
import os
import set_up
import sys


PEERS_VENV = ROOT / ".venv-peers"
RUN = ROOT / "benchmarks" / "run.py"


def main(arguments):
    stop_on_signals()
    if not RUN.exists():
        give_up(f"There is no {RUN.relative_to(ROOT)}: nothing to measure.")
    set_up.main()
    state = set_up.digest("profiles/versions.cfg", "scripts/packages.py")
    set_up.once(PEERS_VENV / ".packages", state, install_peers)
    env = dict(os.environ, HOARD_PEERS_PYTHON=str(PEERS_VENV / "bin" / "python"))
    os.chdir(ROOT)
    python = VENV / "bin" / "python"
    os.execve(python, [str(python), str(RUN), *arguments], env)


def install_peers():
    set_up.make_venv(PEERS_VENV)
    constraints = PEERS_VENV / "constraints.txt"
    write_constraints(constraints, "versions", "peers")
    run_step(
        "Installing the peers into .venv-peers",
        [PEERS_VENV / "bin" / "uv", "pip", "install", "--constraint", constraints]
        + ["Plone", "ZEO", *PEERS],
        NETWORK,
        env=dict(os.environ, VIRTUAL_ENV=str(PEERS_VENV)),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
