"""The wheel and the sdist hold all that the source tree holds."""

from zipfile import ZipFile
import os
import pytest
import subprocess
import sys
import tarfile


KINDS = (".css", ".js", ".mo", ".po", ".pot", ".pt", ".py", ".svg", ".xml", ".zcml")


@pytest.fixture(scope="module")
def built(fresh_clone, tmp_path_factory):
    """``(source, sdist, wheel)``; the wheel is built from the sdist."""
    source = fresh_clone("source")
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", target, source],
        check=True,
        capture_output=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
    )
    (sdist,) = target.glob("*.tar.gz")
    (wheel,) = target.glob("*.whl")
    return source, sdist, wheel


def in_source(source):
    package = source / "src"
    paths = (p for p in package.rglob("*") if p.is_file() and p.suffix in KINDS)
    return {str(p.relative_to(package)) for p in paths}


def in_wheel(wheel):
    return {name for name in ZipFile(wheel).namelist() if name.endswith(KINDS)}


def test_the_wheel_holds_every_file_of_the_package(built):
    source, _, wheel = built

    assert in_source(source) - in_wheel(wheel) == set()


def test_the_wheel_holds_nothing_else(built):
    source, _, wheel = built

    assert in_wheel(wheel) - in_source(source) == set()


def test_the_wheel_holds_each_catalogue_compiled(built):
    """Zope compiles none by itself unless it is told to."""
    source, _, wheel = built
    expected = {n[:-3] + ".mo" for n in in_source(source) if n.endswith(".po")}

    assert expected - in_wheel(wheel) == set()


def test_the_sdist_holds_every_file_under_version_control(built):
    source, sdist, _ = built
    names = {n.partition("/")[2] for n in tarfile.open(sdist).getnames()}
    ignored = {".gitignore"}
    paths = (p.relative_to(source) for p in source.rglob("*") if p.is_file())
    expected = {str(p) for p in paths if "egg-info" not in str(p)} - ignored

    assert expected - names == set()


def test_the_wheel_has_no_file_in_the_namespace(built):
    """One in "collective" would hide every other package of that name."""
    _, _, wheel = built

    assert "collective/__init__.py" not in ZipFile(wheel).namelist()


def test_the_wheel_says_what_plone_needs_to_find_it(built):
    _, _, wheel = built
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        text = archive.read(name).decode()

    assert "[plone.autoinclude.plugin]\ntarget = plone" in text
