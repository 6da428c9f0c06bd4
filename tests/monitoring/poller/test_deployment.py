"""What the documentation gives people to run the poller with is accepted."""

from pathlib import Path
import pytest
import re
import shutil
import subprocess
import sys


ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "run-the-poller.md"
#: In the page; ours is where the tests run.
COMMAND = "/opt/plone/.venv/bin/hoard-poller"


def block(language, beginning):
    """The code of the page that is in *language* and begins so."""
    found = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return next(text for text in found if text.startswith(beginning))


def needs(program):
    path = shutil.which(program, path="/usr/bin:/usr/sbin:/bin:/sbin")
    return pytest.mark.skipif(not path, reason=f"{program} is not installed")


@pytest.fixture
def unit(tmp_path):
    path = tmp_path / "hoard-poller.service"
    ours = Path(sys.executable).parent / "hoard-poller"
    path.write_text(block("ini", "[Unit]").replace(COMMAND, str(ours)))
    return path


@needs("systemd-analyze")
def test_systemd_takes_the_unit(unit):
    done = verify(unit)
    assert (done.returncode, done.stderr) == (0, "")


@needs("systemd-analyze")
def test_systemd_would_say_what_is_wrong_with_it(unit):
    unit.write_text(unit.read_text().replace("KillMode=", "KilMode="))
    assert "KilMode" in verify(unit).stderr


def verify(unit):
    command = ["systemd-analyze", "verify", "--man=no", unit]
    return subprocess.run(command, capture_output=True, text=True)


@needs("nginx")
def test_nginx_takes_the_location(tmp_path):
    path = tmp_path / "nginx.conf"
    server = f"server {{ listen 127.0.0.1:8099; {block('nginx', 'location')} }}"
    path.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {server} }}\n"
    )
    command = [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-t", "-c", path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "syntax is ok" in done.stderr
