"""Plain buildout in a directory of one's own, with what the profiles offer."""

from pathlib import Path
import os
import pytest
import subprocess
import sys


pytestmark = pytest.mark.slow


@pytest.fixture
def run_buildout(tmp_path, root):
    """Build *profile* in an empty directory, with the packages at hand."""
    buildout = Path(sys.prefix, "bin", "buildout")
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}

    def run(profile):
        (tmp_path / "buildout.cfg").write_text(
            f"[buildout]\nextends = {root}/profiles/{profile}\nsource = {root}\n"
        )
        result = subprocess.run(
            [buildout],
            cwd=tmp_path,
            env=dict(env, PIP_NO_BUILD_ISOLATION="0"),
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return tmp_path

    return run


def test_an_empty_directory_becomes_a_site(run_buildout):
    place = run_buildout("base.cfg")
    (place / "hello.py").write_text("print('This is', app)")

    result = subprocess.run(
        [place / "bin" / "instance", "run", "hello.py"],
        cwd=place,
        capture_output=True,
        text=True,
    )

    assert "This is <Application at >" in result.stdout


def test_nobody_has_a_password_that_everybody_knows(run_buildout):
    place = run_buildout("base.cfg")

    assert not (place / "parts" / "instance" / "inituser").exists()


def test_the_development_profile_has_the_test_runner(run_buildout):
    place = run_buildout("development.cfg")

    result = subprocess.run(
        [place / "bin" / "test", "--version"], capture_output=True, text=True
    )

    assert result.stdout.startswith("pytest ")


def test_the_relstorage_profile_names_postgresql(run_buildout):
    place = run_buildout("relstorage.cfg")

    conf = (place / "parts" / "instance" / "etc" / "zope.conf").read_text()

    assert "<postgresql>" in conf
    assert "dsn dbname=hoard" in conf
    assert "blob-dir" in conf


def test_the_solr_profile_says_what_is_missing(run_buildout):
    place = run_buildout("solr.cfg")

    result = subprocess.run([place / "bin" / "solr"], capture_output=True, text=True)

    assert result.returncode == 1
    assert f"There is no Solr in {place}/solr." in result.stderr
