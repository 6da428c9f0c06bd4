"""Measure, against others in the same run: `make bench`.

Runs benchmarks/run.py with the Python of .venv. The peers have venvs of their
own, with the same Plone and without us; their Pythons are named by the variables
HOARD_PEERS_PYTHON and HOARD_SOLR_PEER_PYTHON.
"""

from functools import partial
from packages import PEERS
from packages import SOLR_PEERS
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


#: Variable -> the venv, what is in there.
VENVS = {
    "HOARD_PEERS_PYTHON": (ROOT / ".venv-peers", PEERS),
    "HOARD_SOLR_PEER_PYTHON": (ROOT / ".venv-solr-peer", SOLR_PEERS),
}
RUN = ROOT / "benchmarks" / "run.py"


def main(arguments):
    stop_on_signals()
    if not RUN.exists():
        give_up(f"There is no {RUN.relative_to(ROOT)}: nothing to measure.")
    set_up.main()
    state = set_up.digest("profiles/versions.cfg", "scripts/packages.py")
    env = dict(os.environ)
    for variable, (venv, packages) in VENVS.items():
        job = partial(install, venv, packages)
        set_up.once(venv / ".packages", state, job)
        env[variable] = str(venv / "bin" / "python")
    os.chdir(ROOT)
    python = VENV / "bin" / "python"
    os.execve(python, [str(python), str(RUN), *arguments], env)


def install(venv, packages):
    set_up.make_venv(venv)
    constraints = venv / "constraints.txt"
    write_constraints(constraints, "versions", "peers")
    run_step(
        f"Installing {', '.join(packages)} into {venv.name}",
        [venv / "bin" / "uv", "pip", "install", "--constraint", constraints]
        + ["Plone", "ZEO", *packages],
        NETWORK,
        env=dict(os.environ, VIRTUAL_ENV=str(venv)),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
