"""The scripts as operators start them: Zope's console, which `bin/instance run` is."""

from collective.hoard.migration import scripts
from pathlib import Path
import json
import pytest
import subprocess
import sys


SCRIPTS = Path(scripts.__file__).parent
ZOPE_CONF = """\
instancehome {home}
<zodb_db main>
  mount-point /
  <blobstorage>
    blob-dir {blobs}
    <filestorage>
      path {data}
    </filestorage>
  </blobstorage>
</zodb_db>
"""


@pytest.fixture
def console(tmp_path, python_environment):
    """``console(data, blobs, script, *args)``: the finished process."""

    def run(data, blobs, script, *args):
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "site.zcml").write_text(
            '<configure xmlns="http://namespaces.zope.org/zope" />'
        )
        conf = tmp_path / "zope.conf"
        conf.write_text(ZOPE_CONF.format(home=tmp_path, data=data, blobs=blobs))
        command = [sys.executable, "-m", "Zope2.utilities.zconsole", "run"]
        return subprocess.run(
            [*command, conf, SCRIPTS / script, *args],
            env=python_environment,
            capture_output=True,
            text=True,
        )

    return run


def test_verify_loads_each_object_of_the_running_storage(sample, console, tmp_path):
    one = sample("public_zodb5")
    one.convert()
    out = tmp_path / "out.json"

    done = console(one.destination, one.destination_blobs, "verify.py", str(out))

    assert done.returncode == 0, done.stderr
    assert "objects loaded" in done.stdout
    assert json.loads(out.read_text())["exit_code"] == 0


def test_convert_takes_what_follows_the_script(sample, console, tmp_path):
    one = sample("dates_zodb5")

    done = console(
        tmp_path / "site.fs",
        tmp_path / "blobs",
        "convert.py",
        str(one.source),
        str(one.destination),
    )

    assert done.returncode == 0, done.stderr
    assert one.destination.exists()
    assert "objects loaded" in done.stdout
