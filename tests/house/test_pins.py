"""profiles/versions.cfg pins everything, and nothing else names a version."""

from importlib import metadata
from packaging.requirements import Requirement
import pytest
import re
import tomllib


@pytest.fixture
def packages(script):
    return script("packages")


@pytest.fixture
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def test_every_dependency_is_pinned_to_a_version_that_fits(packages, project):
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(r for extra in extras for r in extra)]
    pins = packages.read_pins()

    for requirement in map(Requirement, [*wanted, *packages.HOUSE]):
        name = packages.canonical(requirement.name)
        if name == "collective-hoard":
            continue  # An extra that is made of others.
        assert name in pins, f"{name} has no pin: make pins"
        assert requirement.specifier.contains(pins[name], prereleases=True), name


def test_everything_that_the_add_on_pulls_in_is_pinned(packages):
    """Nothing that it runs with was resolved by chance."""
    pins = packages.read_pins()
    needed = closure("collective.hoard", packages.canonical) - {"collective-hoard"}

    assert len(needed) > 100
    assert needed - set(pins) == set()


def closure(name, canonical):
    """The package and all that it needs here, by and by."""
    found, todo = set(), [name]
    while todo:
        name = canonical(todo.pop())
        if name not in found:
            found.add(name)
            requirements = map(Requirement, metadata.requires(name) or ())
            todo += [
                r.name for r in requirements if r.marker is None or r.marker.evaluate()
            ]
    return found


def test_the_peers_are_pinned(packages):
    pins = packages.read_pins() | packages.read_pins("peers")

    peers = {*packages.PEERS, *packages.SOLR_PEERS}
    assert {packages.canonical(name) for name in peers} <= set(pins)


def test_no_other_profile_names_a_version(root):
    for profile in [root / "buildout.cfg", *root.glob("profiles/*.cfg")]:
        if profile.name != "versions.cfg":
            text = re.sub(r"127\.0\.0\.1", "", profile.read_text())
            assert not re.search(r"\d\.\d", text), profile.name


def test_classifiers_name_the_pythons_that_the_suite_runs_on(packages, project):
    prefix = "Programming Language :: Python :: 3."
    named = [c for c in project["classifiers"] if c.startswith(prefix)]

    assert named == [f"{prefix[:-2]}{version}" for version in packages.SUPPORTED]


def test_the_python_that_cannot_save_versions_is_excluded(project):
    from packaging.specifiers import SpecifierSet

    pythons = SpecifierSet(project["requires-python"])

    assert "3.13.0" not in pythons
    assert "3.13.1" in pythons
    assert "3.10.14" not in pythons


def test_names_are_read_however_they_are_spelled(packages, monkeypatch, tmp_path):
    versions = tmp_path / "versions.cfg"
    versions.write_text("[versions]\nzc.Recipe_egg = 6.0.0\n")
    monkeypatch.setattr(packages, "VERSIONS", versions)

    assert packages.read_pins() == {"zc-recipe-egg": "6.0.0"}
    assert packages.pinned("zc.recipe.egg") == "zc-recipe-egg==6.0.0"


def test_a_moved_package_is_not_held(script, packages, monkeypatch):
    pins = script("pins")
    monkeypatch.setattr(pins, "read_pins", lambda section: {"plone": "6.2.2", "a": "1"})

    assert pins.held(["plone", "a"], "versions", ["Plone==6.2.3"]) == ["a==1"]


def test_the_documentation_names_the_pinned_buildout(packages, root):
    text = (root / "docs" / "how-to" / "install.md").read_text()

    assert re.findall(r"zc\.buildout==([\d.]+)", text) == [
        packages.read_pins()["zc-buildout"]
    ]
