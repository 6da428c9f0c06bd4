"""Bring the message catalogues in step with the code: `make locales`.

Finds all messages, adds new ones to each language's catalogue, empty for a
translator to fill in, and compiles the catalogues. The compiled ones are kept
in the repository, so that they are in every package that is built.
"""

from pathlib import Path
from pythongettext.msgfmt import Msgfmt
from steps import ROOT
import subprocess
import sys


DOMAIN = "collective.hoard"
PACKAGE = ROOT / "src" / "collective" / "hoard"
LOCALES = PACKAGE / "locales"
I18NDUDE = [sys.executable, "-c", "from i18ndude.script import main; main()"]


def rebuild(template):
    """Write all messages of the package to *template*."""
    command = ["rebuild-pot", "--no-wrap", "--pot", template, "--create", DOMAIN]
    subprocess.run([*I18NDUDE, *command, PACKAGE], check=True, cwd=ROOT)


def synchronize(template):
    """Add to each catalogue what is new in *template*, drop what is gone."""
    catalogues = sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    command = ["sync", "--no-wrap", "--pot", template]
    subprocess.run([*I18NDUDE, *command, *catalogues], check=True, cwd=ROOT)
    return catalogues


def compiled(catalogue):
    """The bytes of the ``.mo`` file for *catalogue*, a path."""
    with Path(catalogue).open("rb") as source:
        return Msgfmt(source, name=DOMAIN).getAsFile().read()


if __name__ == "__main__":
    template = LOCALES / f"{DOMAIN}.pot"
    rebuild(template)
    for catalogue in synchronize(template):
        catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))
