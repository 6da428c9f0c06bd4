"""Set the development environment up, as far as it is not: `make setup`.

The pinned packages are installed into .venv first, by uv and at once; then
buildout finds them there. Without them buildout runs pip for each egg, which
takes a quarter of an hour instead of one minute.
"""

from hashlib import sha256
from packages import EXTRAS
from packages import HOUSE
from packages import pinned
from packages import write_constraints
from packages import write_overrides
from pathlib import Path
from steps import give_up
from steps import ROOT
from steps import run_step
from steps import say
from steps import stop_on_signals
import ctypes
import importlib.util
import os
import shutil
import sys


VENV = ROOT / ".venv"
BUILDOUT = ROOT / "bin" / "buildout"
PACKAGED = ("pyproject.toml", "profiles/versions.cfg", "scripts/packages.py")
# Compiled where there is a compiler.
COMPILED = ("setup.py", "src/collective/hoard/migration/_flat.c")
NETWORK = "check the network and the package index (pip config list), then repeat."
START_AFRESH = "make clean, then repeat."


def main():
    """Bring everything up to date; says nothing when nothing is to do."""
    if needs_venv(VENV):
        make_venv(VENV)
    packages = digest(*COMPILED, *PACKAGED)
    once(VENV / ".packages", packages, install_packages)
    profiles = sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("profiles/*.cfg"))
    if not (ROOT / "var" / "filestorage").is_dir():
        # Somebody moved the data away; buildout makes the folders anew.
        (ROOT / "parts" / ".built").unlink(missing_ok=True)
    built = digest("buildout.cfg", "pyproject.toml", *COMPILED, *profiles)
    once(ROOT / "parts" / ".built", built, build)


def digest(*names):
    """Fingerprint of the files, of the place and of the Python."""
    state = sha256(f"{ROOT} {sys.version}".encode())
    for name in names:
        state.update((ROOT / name).read_bytes())
    return state.hexdigest()


def once(stamp, state, job):
    """Do *job* unless *stamp* says that it was done in the same *state*."""
    if stamp.exists() and stamp.read_text() == state:
        return
    job()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(state)


def needs_venv(place):
    return not (place / "bin" / "python").exists()


def make_venv(place, python=sys.executable):
    """Make the venv *place*; on a bare Debian get what that needs first."""
    if importlib.util.find_spec("ensurepip") is None:
        install_debian_packages(["python3-venv"], "ensurepip, part of venv,")
    shutil.rmtree(place, ignore_errors=True)
    run_step(f"Making {place.name}", [python, "-m", "venv", place], START_AFRESH)
    run_step(
        f"Installing uv into {place.name}",
        [place / "bin" / "python", "-m", "pip", "install", "-q", pinned("uv")],
        NETWORK,
    )


def install_debian_packages(packages, missing):
    """Install *packages* as root on Debian; otherwise say the line to type."""
    line = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not can_install():
        give_up(f"{missing} is missing.\nWhat to do, as root:\n    {line}")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    advice = f"install it by hand: {line}"
    say(f"  Missing: {missing}; getting it from Debian.")
    run_step("apt-get update", ["apt-get", "update"], advice, env=env)
    run_step("apt-get install", [*line.split(), "--yes"], advice, env=env)


def has_library(name):
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def can_install():
    return os.geteuid() == 0 and shutil.which("apt-get")


def install_packages(place=VENV, extras=EXTRAS, house=HOUSE, editable=True):
    """Install the pinned *house* packages and ourselves."""
    constraints = Path(place, "constraints.txt")
    write_constraints(constraints)
    overrides = Path(place, "overrides.txt")
    write_overrides(overrides)
    itself = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    # Compiled once by all cores, not by each process that may not write: tests
    # start hundreds.
    run_step(
        f"Installing the pinned packages into {place.name}",
        [place / "bin" / "uv", "pip", "install", "--compile-bytecode"]
        + ["--constraint", constraints, "--override", overrides, *house]
        + (
            ["--editable", itself]
            if editable
            else ["--reinstall-package", "collective.hoard", itself]
        ),
        NETWORK,
        env=dict(os.environ, VIRTUAL_ENV=str(place)),
    )


def build():
    """Run buildout; packages that .venv holds need no network."""
    command = [VENV / "bin" / "buildout"]
    if not BUILDOUT.exists():
        run_step("Making bin/buildout", [*command, "bootstrap"], START_AFRESH)
    # What builds us is installed already: let pip not fetch it again.
    env = dict(os.environ, PIP_NO_BUILD_ISOLATION="0")
    run_step("Running bin/buildout", [BUILDOUT], START_AFRESH, env=env)


if __name__ == "__main__":
    stop_on_signals()
    main()
