"""The wheel alone, in a bare environment with Plone: no buildout, no source."""

from pathlib import Path
import os
import pytest
import shutil
import subprocess
import sys


pytestmark = pytest.mark.slow

ZOPE_CONF = """\
%define INSTANCE {place}
instancehome $INSTANCE
<zodb_db main>
    mount-point /
    <blobstorage>
        blob-dir $INSTANCE/blobs
        <filestorage>
            path $INSTANCE/Data.fs
        </filestorage>
    </blobstorage>
</zodb_db>
"""
# The add-on is found by its entry point alone: nothing here names its ZCML.
CREATE_SITE = """\
from Zope2.Startup.run import configure_wsgi
import runpy, sys, Zope2
configure_wsgi(sys.argv[1])
app = Zope2.app()
runpy.run_path(sys.argv[2], {"app": app})

import collective.hoard
print("code", collective.hoard.__file__)
setup = app.hoard.portal_setup
print("unknown", setup.getLastVersionForProfile("collective.hoard:default") == "unknown")
print("permission", app.hoard.rolesOfPermission("collective.hoard: Design Form") != [])
"""


@pytest.fixture
def bare_python(fresh_clone, tmp_path, script):
    """A new environment with Plone and our wheel, made with the same pins."""
    uv = shutil.which("uv", path=Path(sys.prefix, "bin")) or shutil.which("uv")
    venv = tmp_path / "venv"
    constraints = tmp_path / "constraints.txt"
    script("packages").write_constraints(constraints)
    wheels = tmp_path / "wheels"

    def run(*command):
        env = dict(os.environ, VIRTUAL_ENV=str(venv))
        subprocess.run([uv, "--quiet", *command], check=True, env=env)

    run("build", "--wheel", "--out-dir", wheels, fresh_clone("bare"))
    run("venv", "--python", sys.executable, venv)
    run("pip", "install", "--constraint", constraints, "Plone", *wheels.glob("*.whl"))
    return venv / "bin" / "python"


def test_a_site_is_created_with_the_wheel(bare_python, tmp_path, root):
    place = tmp_path / "zope"
    make = bare_python.with_name("mkwsgiinstance")
    subprocess.run([make, "-d", place, "-u", "admin:secret"], check=True)
    conf = place / "etc" / "zope.conf"
    conf.write_text(ZOPE_CONF.format(place=place))
    create = place / "create.py"
    create.write_text(CREATE_SITE)
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}

    result = subprocess.run(
        [bare_python, create, conf, root / "scripts" / "create_site.py"],
        cwd=place,
        env=dict(env, HOARD_DEMO="no"),
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr[-3000:]
    assert "Created the site." in result.stdout
    assert "Installed the add-on." in result.stdout
    assert f"code {tmp_path}" in result.stdout
    assert "unknown False" in result.stdout
    assert "permission True" in result.stdout
