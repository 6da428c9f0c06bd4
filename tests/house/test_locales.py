"""The message catalogues are complete and in step with the code."""

from pathlib import Path
from pythongettext.msgfmt import Msgfmt
import collective.hoard
import gettext
import io
import pytest
import re
import subprocess
import sys


PACKAGE = Path(collective.hoard.__file__).parent
LOCALES = PACKAGE / "locales"
DOMAIN = "collective.hoard"
TEMPLATE = LOCALES / f"{DOMAIN}.pot"
GERMAN = LOCALES / "de" / "LC_MESSAGES" / f"{DOMAIN}.po"


def messages(path):
    """``{msgid: msgstr}`` of a catalogue or template."""
    text = Path(path).read_text("utf-8").replace("#, fuzzy\n", "")
    string = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    pairs = re.findall(rf"(?m)^msgid {string}msgstr {string}", text)
    return {unquoted(key): unquoted(value) for key, value in pairs if unquoted(key)}


def unquoted(parts):
    lines = re.findall(r'"((?:[^"\\]|\\.)*)"', parts)
    return "".join(lines).replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def test_the_template_has_what_the_code_says(tmp_path, python_environment):
    found = tmp_path / "found.pot"
    script = "from i18ndude.script import main; main()"
    subprocess.run(
        [sys.executable, "-c", script, "rebuild-pot", "--pot", found]
        + ["--create", DOMAIN, PACKAGE],
        check=True,
        capture_output=True,
        env=python_environment,
    )

    repair = "make locales, then translate what is new"
    assert messages(found).keys() == messages(TEMPLATE).keys(), repair


def test_german_is_complete():
    german = messages(GERMAN)

    assert german.keys() == messages(TEMPLATE).keys()
    assert [key for key, value in german.items() if not value.strip()] == []


def test_german_keeps_every_number_and_name():
    pattern = re.compile(r"\$\{\w+\}")

    wrong = [
        key
        for key, value in messages(GERMAN).items()
        if sorted(pattern.findall(key)) != sorted(pattern.findall(value))
    ]
    assert wrong == []


@pytest.mark.parametrize("source", sorted(LOCALES.rglob("*.po")), ids=str)
def test_compiled_catalogues_are_in_step(source):
    with source.open("rb") as file:
        wanted = Msgfmt(file, name=DOMAIN).getAsFile()
    stored = io.BytesIO(source.with_suffix(".mo").read_bytes())

    assert catalogue(stored) == catalogue(wanted)


def catalogue(file):
    entries = gettext.GNUTranslations(file)._catalog
    return {key: value for key, value in entries.items() if key}
