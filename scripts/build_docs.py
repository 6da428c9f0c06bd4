"""Build the documentation into docs/_build/html: `make docs`."""

from set_up import VENV
from steps import ROOT
from steps import stop_on_signals
import set_up
import subprocess
import sys


def main():
    stop_on_signals()
    set_up.main()
    target = ROOT / "docs" / "_build" / "html"
    sphinx = [VENV / "bin" / "python", "-m", "sphinx", "--fail-on-warning"]
    options = ["--keep-going", "--quiet", "-b", "html", "-d", target.parent / "cache"]
    failed = subprocess.call([*sphinx, *options, ROOT / "docs", target])
    if not failed:
        print(f"Read it: {target / 'index.html'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
