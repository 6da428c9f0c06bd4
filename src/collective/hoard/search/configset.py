"""What Solr must know of us: its home folder, its collection. `hoard-solr`.

The configuration itself is in solr/conf beside this module. It is the same for
one Solr, for SolrCloud and in our tests.
"""

from importlib.resources import as_file
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
import argparse
import os
import requests
import shutil
import sys


NAME = "hoard"
TIMEOUT = 60
DOWNLOAD = """\
There is no Solr in {install}. Get the release, check it, unpack it:
    https://solr.apache.org/downloads.html      (Solr 9, the "slim" package does)
    sha512sum -c solr-9.10.1-slim.tgz.sha512
    tar xzf solr-9.10.1-slim.tgz --directory {parent}
then name the folder: install in the section [solr], or --install."""


class ConfigurationRefused(Exception):
    """Solr does not take our configuration; the text has its words."""


def make_home(home, name=NAME):
    """Bring the Solr home *home* up to date, with our core called *name*.

    The configuration is written anew, the index is left alone.
    """
    core = Path(home) / name
    shutil.rmtree(core / "conf", ignore_errors=True)
    with as_file(configuration()) as conf:
        shutil.copytree(conf, core / "conf")
    write_once(Path(home) / "solr.xml", "<solr />\n")
    write_once(core / "core.properties", f"name={name}\n")


def configuration():
    """The folder of the configuration, as `importlib.resources` has it."""
    return files("collective.hoard.search").joinpath("solr", "conf")


def write_once(path, text):
    if not path.exists():
        path.write_text(text)


def upload(url, name=NAME, auth=None):
    """Give SolrCloud at *url* (``http://host:8983/solr``) our configuration.

    One that is there already is overwritten; reload its collections then.

    :raises ConfigurationRefused: Solr answers with an error.
    :raises requests.RequestException: Solr does not answer.
    """
    answer = requests.post(
        f"{url.rstrip('/')}/admin/configs",
        params={
            "action": "UPLOAD",
            "name": name,
            "overwrite": "true",
            "cleanup": "true",
        },
        data=zipped(),
        headers={"Content-Type": "application/octet-stream"},
        auth=auth,
        timeout=TIMEOUT,
    )
    if not answer.ok:
        raise ConfigurationRefused(f"{answer.status_code}: {words(answer)}")


def words(answer):
    """What Solr complains of."""
    try:
        return answer.json()["error"]["msg"]
    except (ValueError, KeyError, TypeError):
        return answer.text[:500]


def zipped():
    """The configuration as a zip file, bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for entry in configuration().iterdir():
            archive.writestr(entry.name, entry.read_bytes())
    return packed.getvalue()


def run(options):
    """Become Solr, in the foreground."""
    program = Path(options.install, "bin", "solr")
    if not program.exists():
        parent = Path(options.install).absolute().parent
        say(DOWNLOAD.format(install=options.install, parent=parent))
        return 1
    home = Path(options.home).absolute()
    make_home(home)
    logs = home / "logs"
    logs.mkdir(exist_ok=True)
    settings = {
        "SOLR_HEAP": options.heap,
        "SOLR_HOME": str(home),
        "SOLR_JETTY_HOST": options.host,
        "SOLR_LOGS_DIR": str(logs),
        "SOLR_PID_DIR": str(home),
        "SOLR_PORT": str(options.port),
    }
    sys.stdout.flush()
    os.execve(program, [str(program), "start", "-f"], os.environ | settings)  # noqa: S606


def do_home(options):
    make_home(options.home)
    print(f"The core {NAME} is in {options.home}.")
    return 0


def do_upload(options):
    auth = None
    if options.user:
        # Not on the command line, where everybody on the machine may read it.
        auth = (options.user, os.environ.get("HOARD_SOLR_PASSWORD", ""))
    try:
        upload(options.url, options.name, auth)
    except (ConfigurationRefused, requests.RequestException) as error:
        say(f"Solr at {options.url} did not take the configuration: {error}")
        return 1
    print(f"Solr has the configuration {options.name}.")
    return 0


def say(text):
    print(text, file=sys.stderr)


def read(arguments):
    parser = argparse.ArgumentParser(prog="hoard-solr", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    fg = commands.add_parser("fg", help="bring the home up to date and run Solr")
    fg.add_argument("--install", default="solr", help="folder of the unpacked release")
    fg.add_argument("--home", default="var/solr", help="folder of the index")
    fg.add_argument("--host", default="127.0.0.1", help="address to listen at")
    fg.add_argument("--port", default=8983, type=int)
    fg.add_argument("--heap", default="1g", help="memory of the Java machine")
    fg.set_defaults(do=run)
    home = commands.add_parser("home", help="write a Solr home with our core")
    home.add_argument("home")
    home.set_defaults(do=do_home)
    send = commands.add_parser("upload", help="give SolrCloud our configuration")
    send.add_argument("url", help="such as http://127.0.0.1:8983/solr")
    send.add_argument("--name", default=NAME)
    send.add_argument("--user", help="password: HOARD_SOLR_PASSWORD")
    send.set_defaults(do=do_upload)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = read(arguments)
    return options.do(options)
