"""Check the style: ruff for Python, zpretty for ZCML and XML. `make lint`."""

from set_up import VENV
from steps import ROOT
from steps import stop_on_signals
import set_up
import subprocess
import sys


# Files that others wrote, kept as they came.
FOREIGN = ("tests/migration/data/",)


def tracked(*patterns):
    """Our files, those not yet committed too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(
        [*command, "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return [n for n in names if (ROOT / n).is_file() and not n.startswith(FOREIGN)]


def main():
    stop_on_signals()
    set_up.main()
    tools = VENV / "bin"
    checks = [
        [tools / "ruff", "check", "."],
        [tools / "ruff", "format", "--check", "."],
        [tools / "zpretty", "--check", *tracked("*.zcml", "*.xml")],
    ]
    failed = [check for check in checks if subprocess.call(check, cwd=ROOT)]
    if failed:
        print("To repair: .venv/bin/ruff check --fix . ; .venv/bin/ruff format .")
        print("           .venv/bin/zpretty -i FILE")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
