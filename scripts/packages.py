"""What is installed where. The versions are in profiles/versions.cfg alone."""

from configparser import ConfigParser
from steps import ROOT
import re


VERSIONS = ROOT / "profiles" / "versions.cfg"

# The Pythons that `make test-all` runs; the classifiers name the same.
SUPPORTED = ("3.11", "3.12")

# Programs that the tests use: what to look for -> its Debian package.
SERVICES = {
    "chromium": "chromium",
    "git": "git",
    "/usr/lib/nagios/plugins/negate": "monitoring-plugins-basic",
    "/usr/sbin/munin-node": "munin-node",
    "/usr/share/munin/munin-update": "munin",
}
# Libraries that they use -> Debian's package. Playwright's driver wants this
# one, which a system without a compiler lacks.
LIBRARIES = {"libatomic.so.1": "libatomic1"}

# Extras of pyproject.toml; a production site needs none of them.
EXTRAS = ("test", "docs", "lint")
# What the house itself needs, beside the metadata's dependencies.
PRODUCTION = (
    "pip",
    "Plone",
    "plone.recipe.zeoserver",
    "plone.recipe.zope2instance",
    "setuptools",
    "uv",
    "wheel",
    "zc.buildout",
    "zc.recipe.egg",
)
RELSTORAGE = ("RelStorage", "psycopg2-binary")
DEVELOPMENT = ("plone.observability", "towncrier")
HOUSE = PRODUCTION + RELSTORAGE + DEVELOPMENT
# Asked for by mistake: plone.observability means Zope's OFS, not the package "ofs".
NEVER = ("ofs",)
# Measured against by `make bench`, in a venv of their own.
PEERS = ("collective.easyform", "zodbupdate")
# This one changes Plone's catalog wherever it is installed, so that it has one more.
# It imports six and does not ask for it.
SOLR_PEERS = ("collective.solr", "six")


def canonical(name):
    """*name* as versions.cfg spells it: lower case, dashes."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(section="versions"):
    """``{canonical name: version}``; empty before the first resolve."""
    config = ConfigParser(delimiters="=", interpolation=None)
    config.read(VERSIONS)
    pins = config.items(section) if config.has_section(section) else ()
    return {canonical(name): version for name, version in pins}


def pinned(name):
    """The requirement ``name==version``."""
    return f"{canonical(name)}=={read_pins()[canonical(name)]}"


def write_overrides(path):
    """Write to *path*, for uv, that `NEVER` is not wanted by any Python."""
    path.write_text("".join(f"{name} ; python_version < '3'\n" for name in NEVER))


def write_constraints(path, *sections):
    """Write the pins of *sections* to *path*, for pip and uv."""
    pins = {}
    for section in sections or ("versions",):
        pins |= read_pins(section)
    lines = (f"{name}=={version}\n" for name, version in sorted(pins.items()))
    path.write_text("".join(lines))
