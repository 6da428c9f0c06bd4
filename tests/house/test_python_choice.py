"""scripts/with-python takes a Python that fits, or says what to install."""

import pytest
import subprocess


FAKE = """#!/bin/sh
case "$2" in
    *sys.exit*) exit {fits} ;;
    *python_version*) echo {version} ;;
    *) echo "{version} runs $1" ;;
esac
"""


@pytest.fixture
def with_python(fresh_clone, tmp_path):
    """Run with-python where only the given fake Pythons are found."""
    place = fresh_clone("python")
    programs = tmp_path / "programs"
    programs.mkdir()

    def run(pythons, **variables):
        for name, (version, fits) in pythons.items():
            program = programs / name
            program.write_text(FAKE.format(version=version, fits=0 if fits else 1))
            program.chmod(0o755)
        (programs / "dirname").symlink_to("/usr/bin/dirname")
        (programs / "cat").symlink_to("/usr/bin/cat")
        return subprocess.run(
            ["/bin/sh", place / "scripts" / "with-python", "job.py"],
            env={"PATH": str(programs), **variables},
            capture_output=True,
            text=True,
        )

    return run


def test_the_first_that_fits_is_taken(with_python):
    result = with_python({"python3.12": ("3.12.1", True), "python3": ("3.11.2", True)})

    assert result.stdout == "3.12.1 runs job.py\n"


def test_one_can_be_named(with_python):
    pythons = {"python3.11": ("3.11.2", True), "mine": ("3.12.7", True)}

    assert with_python(pythons, HOARD_PYTHON="mine").stdout == "3.12.7 runs job.py\n"


@pytest.mark.parametrize("version", ["3.9.2", "3.13.0"])
def test_one_that_does_not_fit_is_refused_with_what_to_do(with_python, version):
    result = with_python({"python3": (version, False)})

    assert result.returncode == 1
    assert f"python3 is Python {version}" in result.stderr
    assert "3.13.0 does not do" in result.stderr
    assert "apt-get install python3 python3-venv" in result.stderr


def test_without_any_it_says_what_to_do(with_python):
    result = with_python({})

    assert result.returncode == 1
    assert "Found: none" in result.stderr
    assert "apt-get install python3 python3-venv" in result.stderr


@pytest.mark.parametrize(
    "version,fits",
    [
        ((3, 10, 13), False),
        ((3, 11, 0), True),
        ((3, 12, 1), True),
        ((3, 13, 0), False),
        ((3, 13, 1), True),
        ((3, 14, 0), True),
    ],
)
def test_which_versions_fit(root, version, fits):
    """The very expression of the script, on other version numbers."""
    lines = (root / "scripts" / "with-python").read_text().splitlines()
    line = next(line for line in lines if line.startswith("fits="))
    code = line.removeprefix("fits='import sys; v = sys.version_info; ").rstrip("'")
    fake = type("sys", (), {"exit": staticmethod(lambda refused: refused)})

    assert eval(code, {"v": version, "sys": fake}) is not fits
