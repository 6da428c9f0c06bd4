"""Run the suite on each supported Python that is found: `make test-all`.

pyproject.toml may name only those that passed here.
"""

from packages import SUPPORTED
from pathlib import Path
from steps import ROOT
from steps import say
from steps import stop_on_signals
import services
import set_up
import shutil
import subprocess
import sys


def main(arguments):
    stop_on_signals()
    services.get_services()
    results = {version: run(version, arguments) for version in SUPPORTED}
    say()
    for version, result in results.items():
        say(f"Python {version}: {result}")
    return any(result == "failed" for result in results.values())


def run(version, arguments):
    """Run pytest in ``.venv-<version>``: what came of it, in one word or two."""
    python = find(version)
    if python is None:
        return "not found, nothing was run"
    say(f"\nPython {version}: {python}")
    place = ROOT / f".venv-{version}"
    if set_up.needs_venv(place):
        set_up.make_venv(place, python)
    state = set_up.digest(*set_up.PACKAGED)
    set_up.once(place / ".packages", state, lambda: set_up.install_packages(place))
    command = [place / "bin" / "python", "-m", "pytest", *arguments]
    return "failed" if subprocess.call(command, cwd=ROOT) else "passed"


def find(version):
    """The path of a Python *version* that runs, or None."""
    name = f"python{version}"
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"))
    for candidate in filter(None, [shutil.which(name), *pyenv]):
        answer = subprocess.run([candidate, "-V"], capture_output=True, text=True)
        if answer.stdout.startswith(f"Python {version}."):
            return candidate
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
